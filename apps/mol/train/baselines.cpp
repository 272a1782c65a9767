#include "baselines.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/things/environment_means.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>

#include "mol/things/thing_rows.hpp"

namespace plstm::mol {
namespace {

// Predictions of the test rows [test rows, columns] by a model of tasks of one type.
using Baseline = std::function<HeldOut(const RowLabels&)>;

// Tasks of one kind are learnt together, those of a mixture one after the other. `split` names rows of what was
// measured.
Matrix<double> predict_by(const Baseline& baseline, const std::vector<Task>& tasks,
                          const Matrix<double>& measured, const Matrix<std::uint8_t>& all_present,
                          const Split& split) {
  const auto other = [&](const Task& task) {
    return task.type != tasks.front().type || task.classes != tasks.front().classes;
  };
  const bool together = std::ranges::none_of(tasks, other);
  const auto rows = std::ssize(split.test);
  Matrix<double> predictions(rows, num_outputs(tasks));
  Index column = 0;
  const Index at_once = together ? std::ssize(tasks) : 1;
  for (Index first = 0; first < std::ssize(tasks); first += at_once) {
    const Task& task = tasks[static_cast<std::size_t>(first)];
    const Matrix<float> targets = measured.middleCols(first, at_once).cast<float>();
    const Matrix<std::uint8_t> present = all_present.middleCols(first, at_once);
    const RowLabels labels{task.type,
                           task.classes,
                           {targets.data(), targets.rows(), targets.cols()},
                           {present.data(), present.rows(), present.cols()}};
    const HeldOut found = baseline(labels);
    predictions.middleCols(column, labels.outputs()) =
        ConstMatrixMap<float>(found.test.data(), rows, labels.outputs()).cast<double>();
    column += labels.outputs();
  }
  return predictions;
}

constexpr const char* kMean = "mean of training set";

// What is judged of the training rows comes first, then that of the test rows.
Matrix<double> mean_of_things(const LearningData& learning) {
  std::vector<std::int32_t> rows = learning.split.train;
  rows.insert(rows.end(), learning.split.test.begin(), learning.split.test.end());
  const Measured measured = measured_of(learning.data, rows);
  const auto learnt = std::ssize(rows_of_judged(learning.data, learning.split.train));
  Split split;
  for (std::int32_t i = 0; i < measured.targets.rows(); ++i)
    (i < learnt ? split.train : split.test).push_back(i);
  const auto constant = [&](const RowLabels& labels) { return held_out_constant(labels, split); };
  return predict_by(constant, learning.tasks, measured.targets, measured.present, split);
}

Matrix<double> means_of_environments(const LearningData& learning) {
  const EnvironmentMeans means(learning.graphs, learning.graphs_of(learning.split.train), learning.tasks);
  Predictions predictions{
      std::vector<std::string>(static_cast<std::size_t>(num_outputs(learning.tasks))), {0}, {}, {}};
  for (const std::int32_t graph : learning.graphs_of(learning.split.test)) {
    const std::vector<double> values =
        means.predict(learning.graphs.graphs()[static_cast<std::size_t>(graph)].graph);
    predictions.values.insert(predictions.values.end(), values.begin(), values.end());
    predictions.offsets.push_back(std::ssize(predictions.values) / std::ssize(predictions.columns));
  }
  predictions = in_judged_order(learning.data, learning.split.test, std::move(predictions));
  return ConstMatrixMap<double>(predictions.values.data(), static_cast<Index>(predictions.num_rows()),
                                std::ssize(predictions.columns));
}

}  // namespace

std::vector<NamedPredictions> predict_baselines(const LearningData& learning) {
  if (learning.data.level != Readout::kGraph) {
    return {{kMean, mean_of_things(learning)},
            {fmt::format("mean of equal {} environments", level_word(learning.data.level, true)),
             means_of_environments(learning)}};
  }
  const Split& split = learning.split;
  const Dataset& data = learning.data;
  const auto predict_rows = [&](const Baseline& baseline) {
    return predict_by(baseline, learning.tasks, data.targets, data.present, split);
  };
  const auto constant = [&](const RowLabels& labels) { return held_out_constant(labels, split); };
  std::vector<NamedPredictions> baselines{{kMean, predict_rows(constant)}};
  const auto has_classes = [](const Task& task) { return task.type == TaskType::kMulticlass; };
  if (std::ranges::any_of(learning.tasks, has_classes)) return baselines;
  FeatureSource bits = fingerprint_features(
      data.fingerprints, static_cast<Index>(data.num_molecules * FingerprintOptions{}.num_bits));
  if (!data.column_names.empty()) {
    bits = joined_features(
        {std::move(bits), standardized_features(
                              {data.columns.data(), data.columns.rows(), data.columns.cols()}, split.train)});
  }
  const auto ridge = [&](const RowLabels& labels) {
    return held_out_ridge(labels, bits, split, PenaltyChoice::kCrossValidation);
  };
  baselines.push_back({"ridge on Morgan fingerprints", predict_rows(ridge)});
  return baselines;
}

}  // namespace plstm::mol
