#include "baselines.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <plstm/learn/dags/flat_features.hpp>
#include <plstm/learn/dags/structural_features.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>

namespace plstm::dag {
namespace {

// Predictions of the test rows by a model of tasks of one type.
using Baseline = std::function<HeldOut(const RowLabels&, const Split&)>;

Matrix<double> predict_by(const Baseline& baseline, const LearningData& data, const Split& split) {
  const std::vector<Task>& tasks = data.labels.tasks;
  const auto rows = std::ssize(split.test);
  Matrix<double> predictions(rows, num_outputs(tasks));
  Index column = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Matrix<float> targets = data.labels.targets.col(static_cast<Index>(i)).cast<float>();
    const Matrix<std::uint8_t> present = data.labels.present.col(static_cast<Index>(i));
    const RowLabels labels{tasks[i].type,
                           tasks[i].classes,
                           {targets.data(), targets.rows(), 1},
                           {present.data(), present.rows(), 1}};
    const HeldOut found = baseline(labels, split);
    predictions.middleCols(column, labels.outputs()) =
        ConstMatrixMap<float>(found.test.data(), rows, labels.outputs()).cast<double>();
    column += labels.outputs();
  }
  return predictions;
}

}  // namespace

std::vector<NamedPredictions> predict_baselines(const LearningData& data,
                                                std::span<const std::int32_t> test_things,
                                                std::uint64_t seed) {
  const Split& graphs = data.division.split;
  const Split split{data.things_of_part(graphs.train),
                    data.things_of_part(graphs.validation),
                    {test_things.begin(), test_things.end()}};
  std::vector<NamedPredictions> baselines;
  const auto add = [&](const char* name, const Baseline& baseline) {
    baselines.push_back({name, predict_by(baseline, data, split)});
  };
  add("mean of training set",
      [](const RowLabels& labels, const Split& rows) { return held_out_constant(labels, rows); });
  const auto has_classes = [](const Task& task) { return task.type == TaskType::kMulticlass; };
  if (std::ranges::none_of(data.labels.tasks, has_classes)) {
    const Matrix<float> features = flat_features(data.graphs);
    if (features.cols() > 0) {
      add("ridge, no structure", [&](const RowLabels& labels, const Split& rows) {
        return held_out_ridge(labels, matrix_features({features.data(), features.rows(), features.cols()}),
                              rows, PenaltyChoice::kCrossValidation);
      });
    }
  }
  std::vector<FeatureSource> parts;  // what is counted in graphs and around nodes and edges
  std::vector<std::vector<LabelCount>> counts;
  if (data.labels.level == Readout::kGraph) {
    counts = subtree_counts(data.graphs.graphs());
    const FeatureSource subtrees = count_features(counts, split.train);
    if (subtrees.columns > 0) {
      add("forest on subtrees", [&](const RowLabels& labels, const Split& rows) {
        return held_out_forest(labels, subtrees, rows, seed);
      });
      parts.push_back(subtrees);
    }
  }
  const Matrix<float> structure = structural_features(data.graphs);
  parts.push_back(matrix_features({structure.data(), structure.rows(), structure.cols()}));
  const FeatureSource columns = joined_features(std::move(parts));
  add("boosted trees on counts", [&](const RowLabels& labels, const Split& rows) {
    return held_out_boosted_trees(labels, columns, rows, seed);
  });
  return baselines;
}

}  // namespace plstm::dag
