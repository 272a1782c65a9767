#include "plstm/train/loop/training_data.hpp"

#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

std::vector<std::int64_t> thing_offsets(const Learner& learner) {
  if (!learner.things) return {};
  std::vector<std::int64_t> offsets{0};
  offsets.reserve(static_cast<std::size_t>(learner.samples) + 1);
  for (std::int64_t sample = 0; sample < learner.samples; ++sample) {
    offsets.push_back(offsets.back() + learner.things(static_cast<std::int32_t>(sample)));
  }
  return offsets;
}

void check_samples(const char* function, const Learner& learner, std::span<const std::int32_t> samples) {
  for (const std::int32_t sample : samples) {
    if (sample < 0 || sample >= learner.samples) {
      throw ConfigError(
          fmt::format("{}: there is no sample {}, expected 0..{}", function, sample, learner.samples - 1));
    }
  }
  if (!learner.check) return;
  const auto check = [&](std::size_t i) { learner.check(samples[i]); };
  if (const std::size_t bad = first_failure(samples.size(), 64, check); bad < samples.size()) check(bad);
}

void check_data(const Learner& learner, const TrainingData& data) {
  const std::vector<std::int64_t> offsets = thing_offsets(learner);
  const std::int64_t things = offsets.empty() ? learner.samples : offsets.back();
  check_shape("train", "targets rows", {data.targets.rows()}, {things});
  check_shape("train", "present", {data.present.rows(), data.present.cols()}, {things, data.targets.cols()});
  if (!data.train_mask.empty()) check_size("train", "train_mask", std::ssize(data.train_mask), things);
  if (!data.validation_mask.empty())
    check_size("train", "validation_mask", std::ssize(data.validation_mask), things);
  if (!data.weights.empty()) check_size("train", "weights", std::ssize(data.weights), things);
  if (!data.bounds.empty())
    check_size("train", "bounds", std::ssize(data.bounds), things * data.targets.cols());
  for (std::size_t i = 0; i < data.weights.size(); ++i) {
    if (!(std::isfinite(data.weights[i]) && data.weights[i] >= 0)) {
      throw TrainingError(fmt::format(
          "training: weight {} is {}, expected a finite number that is not negative", i, data.weights[i]));
    }
  }
  if (data.train.empty()) throw TrainingError("training: there is no row to train on");
  check_samples("training", learner, data.train);
  check_samples("training", learner, data.validation);
}

}  // namespace plstm
