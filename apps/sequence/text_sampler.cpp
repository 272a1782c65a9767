#include "text_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/random.hpp>

#include "text_data.hpp"

namespace plstm::sequence {
namespace {

// Draws a token with probability proportional to exp(logit / temperature).
std::int32_t draw(std::span<const float> logits, double temperature, Random& random) {
  const auto largest = std::ranges::max_element(logits);
  if (temperature == 0) return static_cast<std::int32_t>(largest - logits.begin());
  std::vector<double> weights;
  double total = 0;
  for (const float logit : logits) {
    weights.push_back(std::exp((static_cast<double>(logit) - static_cast<double>(*largest)) / temperature));
    total += weights.back();
  }
  double left = random.uniform() * total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<std::int32_t>(i);
  }
  return static_cast<std::int32_t>(
      largest - logits.begin());  // only where rounding has left no weight for the last token
}

}  // namespace

void check_sample(const SampleOptions& o, const std::string& vocabulary) {
  if (o.characters < 0 || o.context < 1 || !(o.temperature >= 0)) {
    throw ConfigError(fmt::format(
        "{} characters of a context of {} at temperature {}: expected 0 or more, 1 or more, 0 or more",
        o.characters, o.context, o.temperature));
  }
  tokens_of(o.prompt, vocabulary);
}

std::string sample_text(const TrainedLanguageModel& trained, const SampleOptions& o) {
  if (trained.vocabulary.empty() || std::ssize(trained.vocabulary) != trained.config.vocabulary) {
    throw ConfigError("the model is not one of characters: make it with plstm-sequence text");
  }
  check_sample(o, trained.vocabulary);
  const LanguageModel model = make_language_model(trained.config);
  std::string text = o.prompt;
  std::vector<std::int32_t> tokens = tokens_of(text, trained.vocabulary);
  if (tokens.empty()) tokens.push_back(0);  // the model needs a first token; it is not part of the text
  std::vector<float> transposed(trained.parameters.size());
  transpose_parameters<float>(model.layout, trained.parameters, transposed);
  Tape<float> tape;
  Random random(o.seed);
  for (std::int64_t i = 0; i < o.characters; ++i) {
    const auto length = std::min<std::size_t>(tokens.size(), static_cast<std::size_t>(o.context));
    tape.start(model.layout, trained.parameters.data(), nullptr, {}, transposed.data());
    const Var<float> logits = forward<float>(tape, model, std::span<const std::int32_t>(tokens).last(length),
                                             static_cast<Index>(length));
    const float* last = logits.value + (logits.rows - 1) * logits.cols;
    tokens.push_back(draw({last, static_cast<std::size_t>(logits.cols)}, o.temperature, random));
    text.push_back(trained.vocabulary[static_cast<std::size_t>(tokens.back())]);
  }
  return text;
}

std::string for_standard_output(const std::string& text) {
  if (::isatty(STDOUT_FILENO) == 0) return text;
  std::string shown;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\t", begin), text.size());
    shown += printable(std::string_view(text).substr(begin, end - begin));
    if (end < text.size()) shown += text[end];
    begin = end + 1;
  }
  return shown;
}

}  // namespace plstm::sequence
