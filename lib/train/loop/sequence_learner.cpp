#include "plstm/train/loop/sequence_learner.hpp"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

Learner sequence_learner(const LanguageModel& model, const SequenceSet& set) {
  if (set.length < 1) {
    throw ShapeError(fmt::format("sequence_learner: the length is {}, expected at least 1", set.length));
  }
  for (std::size_t i = 0; i < set.starts.size(); ++i) {
    if (set.starts[i] < 0 || set.starts[i] + set.length > std::ssize(set.tokens)) {
      throw ShapeError(
          fmt::format("sequence_learner: sequence {} begins at {}, but there are {} tokens for its {}", i,
                      set.starts[i], set.tokens.size(), set.length));
    }
  }
  const LanguageModelConfig& config = model.config;
  Learner learner;
  learner.layout = &model.layout;
  learner.outputs = set.length * (config.outputs > 0 ? config.outputs : config.vocabulary);
  learner.samples = std::ssize(set.starts);
  learner.size = [length = set.length](std::int32_t) { return static_cast<std::int64_t>(length); };
  learner.make_forward = [&model, set]() -> Forward {
    return [&model, set, tokens = std::make_shared<std::vector<std::int32_t>>()](
               Tape<float>& tape, std::span<const std::int32_t> samples) {
      tokens->clear();
      for (const std::int32_t sample : samples) {
        const auto begin = static_cast<std::size_t>(set.starts[static_cast<std::size_t>(sample)]);
        const auto sequence = set.tokens.subspan(begin, static_cast<std::size_t>(set.length));
        tokens->insert(tokens->end(), sequence.begin(), sequence.end());
      }
      return forward<float>(tape, model, *tokens, set.length);
    };
  };
  return learner;
}

}  // namespace plstm
