#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Rows that are solved at a time: all at once take as much memory as the features.
inline constexpr Index kRowsAtOnce = 64;

/// Ridge regression of one task on rows of features: the inner products of two graphs' features are the likeness that
/// the landmarks give them. A row that weighs more is as much longer, labels too.
struct FeatureRegression {
  std::vector<std::int32_t> rows;   ///< that have a label
  Eigen::VectorXd lengths;          ///< [rows] roots of their weights
  double mean = 0;                  ///< of the labels
  Eigen::MatrixXd features;         ///< [rows, landmarks] times the lengths
  Eigen::MatrixXd products;         ///< features' features
  Eigen::VectorXd labels;           ///< without their mean, times the lengths
  std::vector<std::int8_t> bounds;  ///< [rows], or none
  /// Rows that are held out together, by their places; none: each row alone.
  std::vector<std::vector<Index>> groups;
};

struct FeatureSolution {
  Eigen::VectorXd weights;   ///< of the features
  Eigen::VectorXd held_out;  ///< [rows], without the mean and the lengths
  double error = 0;
};

/// The minimum for a penalty, with its predictions of rows that are held out.
FeatureSolution solve(const FeatureRegression& task, double penalty);

/// The labelled rows of a task. `features` are those of all graphs; `weights`, `bounds` and `groups` may be
/// empty.
FeatureRegression regression_of(Index task, const Eigen::MatrixXd& features,
                                const ConstMatrixMap<double>& targets,
                                const ConstMatrixMap<std::uint8_t>& present, std::span<const double> weights,
                                std::span<const std::int8_t> bounds, std::span<const std::int32_t> groups);

}  // namespace plstm
