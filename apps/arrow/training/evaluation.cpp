#include "evaluation.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/files/atomic_file.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>
#include <plstm/data/png.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "arrow/images/contact_sheet.hpp"

namespace plstm::arrow {
namespace {

// log(1 + e^x), without overflow.
double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

}  // namespace

Evaluation evaluate(const TrainedNetwork& trained, const ImageSet& set) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const ImageSource source = image_source(set);
  std::vector<std::int32_t> samples(static_cast<std::size_t>(set.count()));
  std::iota(samples.begin(), samples.end(), 0);
  Evaluation result;
  result.logits =
      predict(network_learner(trained.network, source), trained.parameters, samples, trained.precision);
  for (const std::int32_t sample : samples) {
    const double logit = result.logits[static_cast<std::size_t>(sample)];
    const bool hit = set.hits[static_cast<std::size_t>(sample)] != 0;
    result.score.loss += softplus(hit ? -logit : logit) / static_cast<double>(set.count());
    if ((logit > 0) != hit) result.wrong.push_back(sample);
  }
  result.score.size = set.size;
  result.score.images = set.count();
  result.score.accuracy = 1 - static_cast<double>(result.wrong.size()) / static_cast<double>(set.count());
  result.score.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

bool write_wrong_sheet(const std::filesystem::path& path, const ImageSet& set, const Evaluation& evaluation,
                       std::size_t largest_number) {
  std::vector<Tile> tiles;
  for (const std::int32_t sample : evaluation.wrong) {
    if (tiles.size() == largest_number) break;
    const double probability = 1 / (1 + std::exp(-evaluation.logits[static_cast<std::size_t>(sample)]));
    tiles.push_back({set.picture(sample), set.hits[static_cast<std::size_t>(sample)] != 0,
                     fmt::format("{} P={:.2f}", set.name(sample), probability)});
  }
  if (tiles.empty()) return false;
  write_png(path, draw_contact_sheet(tiles));
  return true;
}

void write_predictions(const std::filesystem::path& path, const ImageSet& set, const Evaluation& evaluation) {
  AtomicFile file(path);
  write_csv_row(file.stream(), std::vector<std::string>{"image", "hit", "logit", "right"});
  for (std::size_t i = 0; i < evaluation.logits.size(); ++i) {
    const bool hit = set.hits[i] != 0;
    write_csv_row(file.stream(),
                  std::vector<std::string>{set.name(static_cast<std::int32_t>(i)), hit ? "1" : "0",
                                           format_number(evaluation.logits[i]),
                                           (evaluation.logits[i] > 0) == hit ? "1" : "0"});
  }
  file.commit();
}

std::string format_scores(std::int32_t training_size, std::span<const TestScore> scores) {
  std::string text =
      fmt::format("{:>6}  {:>6}  {:>7}  {:>8}  {:>7}\n", "size", "times", "images", "accuracy", "loss");
  for (const TestScore& score : scores) {
    text += fmt::format("{:>6}  {:>6.3g}  {:>7}  {:>8.4f}  {:>7.4f}\n", score.size,
                        static_cast<double>(score.size) / training_size, score.images, score.accuracy,
                        score.loss);
  }
  return text;
}

}  // namespace plstm::arrow
