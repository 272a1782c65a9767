#include "held_out_folds.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include <plstm/core/random.hpp>
#include <plstm/train/loop/prediction.hpp>

namespace plstm {

std::vector<Fold> draw_folds(std::span<const std::int32_t> train, std::int32_t members, std::uint64_t seed,
                             std::span<const std::int32_t> groups) {
  Random random(mix_seed(seed, 0xf01d));  // a stream apart from those of training
  std::int32_t count = static_cast<std::int32_t>(train.size());
  if (!groups.empty()) count = 1 + std::ranges::max(groups);
  const std::vector<std::int32_t> order = random_permutation(count, random);
  std::vector<Fold> folds(static_cast<std::size_t>(members));
  for (std::size_t member = 0; member < folds.size(); ++member) {
    for (std::size_t i = 0; i < train.size(); ++i) {
      const std::size_t group =
          groups.empty() ? i : static_cast<std::size_t>(groups[static_cast<std::size_t>(train[i])]);
      const bool out = static_cast<std::size_t>(order[group]) % kHeldOutFolds == member % kHeldOutFolds;
      (out ? folds[member].held_out : folds[member].train).push_back(train[i]);
    }
  }
  return folds;
}

namespace {

struct CountsOrder {
  bool operator()(GraphCounts a, GraphCounts b) const {
    return std::ranges::lexicographical_compare(a, b, {}, packed, packed);
  }
  static std::uint64_t packed(const GraphCount& count) {
    return std::uint64_t{count.label} << 32 | count.count;
  }
};

}  // namespace

std::vector<std::int32_t> groups_of_equal_graphs(const LabeledGraphs& data,
                                                 std::span<const std::int32_t> train,
                                                 std::span<const std::int32_t> validation) {
  if (data.num_columns() == 0) return {};
  std::vector<std::int32_t> groups(static_cast<std::size_t>(data.num_graphs()), -1);
  std::map<GraphCounts, std::int32_t, CountsOrder> group_of;  // views of the data
  const auto add = [&](std::span<const std::int32_t> graphs) {
    std::int32_t known = 0;  // of earlier graphs
    const auto before = std::ssize(group_of);
    for (const std::int32_t graph : graphs) {
      const auto at = static_cast<std::size_t>(graph);
      const auto next = static_cast<std::int32_t>(group_of.size());
      groups[at] = group_of.try_emplace(data.graphs()[at].graph.graph_counts, next).first->second;
      known += groups[at] < before ? 1 : 0;
    }
    return known;
  };
  add(train);
  if (group_of.size() < kHeldOutFolds || add(validation) > 0) return {};
  return groups;
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
