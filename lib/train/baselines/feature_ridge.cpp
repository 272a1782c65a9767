#include "feature_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include <Eigen/Cholesky>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using Dense = Eigen::MatrixXd;
using Column = Eigen::VectorXd;

// The label that a bound stands for beside a prediction: the prediction, unless it is on the wrong side.
double label_of_bound(std::int8_t bound, double label, double prediction) {
  return bound == 0 ? label : bound > 0 ? std::max(label, prediction) : std::min(label, prediction);
}

// The weights in the minimum, and the labels that bounds stand for there. Labels and weights are chosen in turn: each
// step lowers the loss, which is convex.
Column settle_bounds(const FeatureRegression& task, const Eigen::LLT<Dense>& factor, Column& labels) {
  constexpr int kMostRounds = 200;
  constexpr double kSettled = 1e-6;  // of unit scale
  Column weights = factor.solve(task.features.transpose() * labels);
  for (int round = 0; round < kMostRounds; ++round) {
    const Column predictions = task.features * weights;
    double change = 0;
    for (Index r = 0; r < labels.size(); ++r) {
      const double label =
          label_of_bound(task.bounds[static_cast<std::size_t>(r)], task.labels[r], predictions[r]);
      change = std::max(change, std::abs(label - labels[r]));
      labels[r] = label;
    }
    if (change < kSettled) break;
    weights = factor.solve(task.features.transpose() * labels);
  }
  return weights;
}

// The residual of each row where it alone is left out.
Column without_rows(const FeatureRegression& task, const Eigen::LLT<Dense>& factor, const Column& residual) {
  // The leverage of a row, by which its own label pulls its prediction.
  Column leverage(task.labels.size());
  for (Index first = 0; first < leverage.size(); first += kRowsAtOnce) {
    const Index count = std::min(kRowsAtOnce, leverage.size() - first);
    const Dense block = factor.matrixL().solve(task.features.middleRows(first, count).transpose());
    leverage.segment(first, count) = block.colwise().squaredNorm().transpose();
  }
  constexpr double kLeast = 1e-9;  // a row that nothing else explains
  return residual.array() / (1 - leverage.array()).max(kLeast);
}

// The same where the rows of its group are left out with it: (I - H)^-1 residual with H, by which the labels of the group
// pull its predictions.
Column without_groups(const FeatureRegression& task, const Eigen::LLT<Dense>& factor,
                      const Column& residual) {
  Column without(residual.size());
  for (const std::vector<Index>& rows : task.groups) {
    const Dense own = task.features(rows, Eigen::all);
    const Dense block = factor.matrixL().solve(Dense(own.transpose()));
    Dense rest = -(block.transpose() * block);
    rest.diagonal().array() += 1;
    const Column labels = residual(rows), alone = rest.ldlt().solve(labels);
    for (std::size_t r = 0; r < rows.size(); ++r) without[rows[r]] = alone[static_cast<Index>(r)];
  }
  return without;
}

}  // namespace

FeatureSolution solve(const FeatureRegression& task, double penalty) {
  Dense regular = task.products;
  regular.diagonal().array() += penalty;
  const Eigen::LLT<Dense> factor(regular);
  if (factor.info() != Eigen::Success) throw TrainingError("fit_tanimoto_ridge: a matrix is singular");
  FeatureSolution solution;
  Column labels = task.labels;
  solution.weights = task.bounds.empty() ? Column(factor.solve(task.features.transpose() * labels))
                                         : settle_bounds(task, factor, labels);
  const Column residual = labels - task.features * solution.weights;
  const Column without =
      task.groups.empty() ? without_rows(task, factor, residual) : without_groups(task, factor, residual);
  solution.held_out = (labels - without).cwiseQuotient(task.lengths);
  solution.error = without.squaredNorm();
  return solution;
}

FeatureRegression regression_of(Index task, const Dense& features, const ConstMatrixMap<double>& targets,
                                const ConstMatrixMap<std::uint8_t>& present, std::span<const double> weights,
                                std::span<const std::int8_t> bounds, std::span<const std::int32_t> groups) {
  FeatureRegression regression;
  const auto weight_of = [&](Index row) {
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(row * targets.cols() + task)];
  };
  double sum = 0, total = 0;
  for (Index i = 0; i < targets.rows(); ++i) {
    if (present(i, task) == 0) continue;
    regression.rows.push_back(static_cast<std::int32_t>(i));
    sum += weight_of(i) * targets(i, task);
    total += weight_of(i);
  }
  const auto rows = std::ssize(regression.rows);
  if (rows == 0) return regression;
  regression.mean = sum / total;
  regression.features.resize(rows, features.cols());
  regression.labels.resize(rows);
  regression.lengths.resize(rows);
  for (Index r = 0; r < rows; ++r) {
    const std::int32_t row = regression.rows[static_cast<std::size_t>(r)];
    const double length = std::sqrt(weight_of(row) * static_cast<double>(rows) / total);
    regression.lengths[r] = length;
    regression.features.row(r) = length * features.row(row);
    regression.labels[r] = length * (targets(row, task) - regression.mean);
    if (!bounds.empty())
      regression.bounds.push_back(bounds[static_cast<std::size_t>(row * targets.cols() + task)]);
  }
  std::map<std::int32_t, std::vector<Index>> places;
  for (Index r = 0; r < rows && !groups.empty(); ++r) {
    places[groups[static_cast<std::size_t>(regression.rows[static_cast<std::size_t>(r)])]].push_back(r);
  }
  for (auto& [group, own] : places) regression.groups.push_back(std::move(own));
  regression.products = Dense::Zero(features.cols(), features.cols());
  regression.products.selfadjointView<Eigen::Lower>().rankUpdate(regression.features.transpose());
  return regression;
}

}  // namespace plstm
