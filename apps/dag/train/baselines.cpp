#include "baselines.hpp"

#include <algorithm>
#include <functional>

#include <plstm/graph/subtree_labels.hpp>
#include <plstm/learn/dags/flat_features.hpp>
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

// How often each subtree occurs in each graph.
std::vector<std::vector<LabelCount>> subtree_counts(const LabeledGraphs& graphs) {
  std::vector<std::vector<LabelCount>> counts;
  for (const PreparedGraph& graph : graphs.graphs()) {
    std::vector<std::uint64_t> labels = subtree_labels(graph.graph, {.rounds = 3, .directed = true});
    std::ranges::sort(labels);
    std::vector<LabelCount>& own = counts.emplace_back();
    for (const std::uint64_t label : labels) {
      if (own.empty() || own.back().label != label) own.push_back({label, 0});
      ++own.back().count;
    }
  }
  return counts;
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
  if (data.labels.level != Readout::kGraph) return baselines;
  const std::vector<std::vector<LabelCount>> counts = subtree_counts(data.graphs);
  const FeatureSource columns = count_features(counts, split.train);
  if (columns.columns > 0) {
    add("forest on subtrees", [&](const RowLabels& labels, const Split& rows) {
      return held_out_forest(labels, columns, rows, seed);
    });
  }
  return baselines;
}

}  // namespace plstm::dag
