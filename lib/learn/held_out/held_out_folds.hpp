#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/fit_companion.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm {

/// Parts of the training graphs that networks leave out, one each.
inline constexpr std::size_t kHeldOutFolds = 10;

/// Training graphs that a network learns from, and those that it leaves out.
struct Fold {
  std::vector<std::int32_t> train, held_out;
};

/// A fold for each network: each leaves out one of ten parts of the training graphs, the eleventh what the first does.
/// Graphs of one group are left out together; `groups` has that of every graph, or is empty.
std::vector<Fold> draw_folds(std::span<const std::int32_t> train, std::int32_t members, std::uint64_t seed,
                             std::span<const std::int32_t> groups = {});

/// A number for each graph of both parts, equal for graphs of equal counts, and -1 for the others: what is held out
/// together where rows differ in the columns beside a graph. Empty where single graphs are held out: without columns,
/// where a graph of the validation part has the counts of a training graph, so that the split does not keep them together
/// either, and for less than kHeldOutFolds different graphs.
std::vector<std::int32_t> groups_of_equal_graphs(const LabeledGraphs& data,
                                                 std::span<const std::int32_t> train,
                                                 std::span<const std::int32_t> validation);

/// The data of each network: `data` with the fold's training samples. The folds must outlive the result.
std::vector<TrainingData> data_of_folds(const TrainingData& data, std::span<const Fold> folds);

/// The samples of both parts, ascending: all that a model without an epoch to choose can learn from.
std::vector<std::int32_t> both_parts(std::span<const std::int32_t> train,
                                     std::span<const std::int32_t> validation);

/// What each network predicts of the graphs that it left out, ten networks at most. Networks that have not finished an
/// epoch are passed over.
HeldOutGraphs predict_held_out(const Learner& learner, std::span<const TrainResult> results,
                               std::span<const Fold> folds, std::span<const Task> tasks,
                               const std::optional<TargetScaler>& scaler, Precision precision);

}  // namespace plstm
