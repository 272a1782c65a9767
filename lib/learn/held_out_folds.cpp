#include "held_out_folds.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/core/random.hpp>
#include <plstm/train/loop/prediction.hpp>

namespace plstm {

std::vector<Fold> draw_folds(std::span<const std::int32_t> train, std::int32_t members, std::uint64_t seed) {
  Random random(mix_seed(seed, 0xf01d));  // a stream apart from those of training
  const std::vector<std::int32_t> order = random_permutation(static_cast<std::int32_t>(train.size()), random);
  std::vector<Fold> folds(static_cast<std::size_t>(members));
  for (std::size_t member = 0; member < folds.size(); ++member) {
    for (std::size_t i = 0; i < train.size(); ++i) {
      const bool out = static_cast<std::size_t>(order[i]) % kHeldOutFolds == member % kHeldOutFolds;
      (out ? folds[member].held_out : folds[member].train).push_back(train[i]);
    }
  }
  return folds;
}

std::vector<TrainingData> data_of_folds(const TrainingData& data, std::span<const Fold> folds) {
  std::vector<TrainingData> of_folds(folds.size(), data);
  for (std::size_t i = 0; i < folds.size(); ++i) of_folds[i].train = folds[i].train;
  return of_folds;
}

std::vector<std::int32_t> both_parts(std::span<const std::int32_t> train,
                                     std::span<const std::int32_t> validation) {
  std::vector<std::int32_t> samples(train.begin(), train.end());
  samples.insert(samples.end(), validation.begin(), validation.end());
  std::ranges::sort(samples);
  return samples;
}

HeldOutGraphs predict_held_out(const Learner& learner, std::span<const TrainResult> results,
                               std::span<const Fold> folds, std::span<const Task> tasks,
                               const std::optional<TargetScaler>& scaler, Precision precision) {
  HeldOutGraphs held_out;
  for (std::size_t member = 0; member < std::min(results.size(), kHeldOutFolds); ++member) {
    if (results[member].best_epoch == 0) continue;
    const std::vector<std::int32_t>& graphs = folds[member].held_out;
    const std::vector<float> outputs = predict(learner, results[member].parameters, graphs, precision);
    std::vector<double> values(outputs.begin(), outputs.end());
    finish_predictions<double>(tasks, scaler, {values.data(), std::ssize(graphs), std::ssize(tasks)});
    held_out.graphs.insert(held_out.graphs.end(), graphs.begin(), graphs.end());
    held_out.values.insert(held_out.values.end(), values.begin(), values.end());
  }
  return held_out;
}

}  // namespace plstm
