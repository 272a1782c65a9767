#include "baselines.hpp"

#include <algorithm>
#include <functional>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>

namespace plstm::mol {
namespace {

// Predictions of the test rows [test rows, columns] by a model of tasks of one type.
using Baseline = std::function<HeldOut(const RowLabels&)>;

// Tasks of one kind are learnt together, those of a mixture one after the other.
Matrix<double> predict_by(const Baseline& baseline, const LearningData& learning) {
  const Dataset& data = learning.data;
  const std::vector<Task>& tasks = learning.tasks;
  const auto other = [&](const Task& task) {
    return task.type != tasks.front().type || task.classes != tasks.front().classes;
  };
  const bool together = std::ranges::none_of(tasks, other);
  const auto rows = std::ssize(learning.split.test);
  Matrix<double> predictions(rows, num_outputs(tasks));
  Index column = 0;
  const Index at_once = together ? std::ssize(tasks) : 1;
  for (Index first = 0; first < std::ssize(tasks); first += at_once) {
    const Task& task = tasks[static_cast<std::size_t>(first)];
    const Matrix<float> targets = data.targets.middleCols(first, at_once).cast<float>();
    const Matrix<std::uint8_t> present = data.present.middleCols(first, at_once);
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

}  // namespace

std::vector<NamedPredictions> predict_baselines(const LearningData& learning) {
  const Split& split = learning.split;
  const auto constant = [&](const RowLabels& labels) { return held_out_constant(labels, split); };
  std::vector<NamedPredictions> baselines{{"mean of training set", predict_by(constant, learning)}};
  const auto has_classes = [](const Task& task) { return task.type == TaskType::kMulticlass; };
  if (std::ranges::any_of(learning.tasks, has_classes)) return baselines;
  const FeatureSource bits = fingerprint_features(learning.data.fingerprints, FingerprintOptions{}.num_bits);
  const auto ridge = [&](const RowLabels& labels) {
    return held_out_ridge(labels, bits, split, PenaltyChoice::kCrossValidation);
  };
  baselines.push_back({"ridge on Morgan fingerprints", predict_by(ridge, learning)});
  return baselines;
}

}  // namespace plstm::mol
