#include "plstm/train/baselines/ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

using Vector = Eigen::VectorXd;

/// Z Z^T in the lower triangle (column-major), blocks of rows in parallel, each the same product for any
/// threads.
Eigen::MatrixXd gram(const Matrix<double>& z) {
  constexpr Index kBlock = 64;
  const Index size = z.rows();
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(size, size);
  parallel_for(static_cast<std::size_t>((size + kBlock - 1) / kBlock), 1, [&](std::size_t block) {
    const Index begin = static_cast<Index>(block) * kBlock;
    const Index rows = std::min(kBlock, size - begin);
    const double* first = z.data() + begin * z.cols();
    // Row i, columns i.. of a row-major matrix are column i, rows i.. of the column-major one.
    multiply<double>({first, rows, z.cols(), z.cols()}, Transpose::kNo,
                     {first, size - begin, z.cols(), z.cols()}, Transpose::kYes,
                     {result.data() + begin * size + begin, rows, size - begin, size}, Store::kReplace);
  });
  if (!result.allFinite()) throw TrainingError("fit_ridge: features are too large to square, rescale them");
  return result;
}

/// Symmetric tridiagonal matrix.
struct Tridiagonal {
  Vector diagonal;
  Vector off_diagonal;
};

/// Solves (T + shift I) x = right for positive semi-definite T and shift > 0 by elimination.
Vector solve(const Tridiagonal& t, double shift, const Vector& right) {
  const Index size = right.size();
  Vector pivot(size);
  Vector x = right;
  pivot[0] = t.diagonal[0] + shift;
  for (Index i = 1; i < size; ++i) {
    // But for rounding no pivot is below the shift.
    const double factor = t.off_diagonal[i - 1] / pivot[i - 1];
    pivot[i] = std::max(t.diagonal[i] + shift - factor * t.off_diagonal[i - 1], shift);
    x[i] -= factor * x[i - 1];
  }
  x[size - 1] /= pivot[size - 1];
  for (Index i = size - 2; i >= 0; --i) x[i] = (x[i] - t.off_diagonal[i] * x[i + 1]) / pivot[i];
  return x;
}

template <class T>
void check_arguments(const ConstMatrixMap<T>& features, std::span<const double> targets,
                     const RidgeOptions& options) {
  check_size("fit_ridge", "targets", std::ssize(targets), features.rows());
  if (features.cols() == 0) throw ShapeError("fit_ridge: features has no columns");
  if (options.penalties.empty()) throw ConfigError("fit_ridge: penalties is empty, expected one or more");
  for (const double penalty : options.penalties) {
    if (!(penalty > 0 && std::isfinite(penalty))) {
      throw ConfigError(fmt::format("fit_ridge: a penalty is {}, expected a positive number", penalty));
    }
  }
  if (features.rows() < 2) {
    throw TrainingError(fmt::format("fit_ridge: {} rows to fit, expected two or more", features.rows()));
  }
  for (Index row = 0; row < features.rows(); ++row) {
    if (!features.row(row).allFinite() || !std::isfinite(targets[static_cast<std::size_t>(row)])) {
      throw TrainingError(fmt::format("fit_ridge: features or target of row {} are not finite", row));
    }
  }
}

}  // namespace

template <class T>
RidgeModel fit_ridge(const ConstMatrixMap<T>& features, std::span<const double> targets,
                     const RidgeOptions& options) {
  check_arguments(features, targets, options);
  const Index n = features.rows();
  const Index columns = features.cols();
  const bool dual = n <= columns;

  Matrix<double> centred = features.template cast<double>();
  const Eigen::RowVectorXd feature_mean = centred.colwise().mean();
  centred.rowwise() -= feature_mean;
  Vector y = Eigen::Map<const Vector>(targets.data(), n);
  const double target_mean = y.mean();
  y.array() -= target_mean;

  // Dual: kernel Z Z^T, Z = X. Primal: covariance Z Z^T, Z = X^T. Both have the same eigenvalues but for
  // zeros.
  Vector right = dual ? y : Vector(centred.transpose() * y);
  if (!dual) centred = Matrix<double>(centred.transpose());
  const Eigen::Tridiagonalization<Eigen::MatrixXd> tridiagonalization(gram(centred));
  const Tridiagonal t{tridiagonalization.diagonal(), tridiagonalization.subDiagonal()};
  const auto basis = tridiagonalization.matrixQ();
  right.applyOnTheLeft(basis.adjoint());
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(t.diagonal, t.off_diagonal, Eigen::EigenvaluesOnly);
  const Eigen::ArrayXd eigenvalues = solver.eigenvalues().array().max(0.0);

  double best_score = std::numeric_limits<double>::infinity();
  double best_penalty = options.penalties.front();
  Vector best;  // dual coefficients or weights, in the tridiagonal basis
  for (const double penalty : options.penalties) {
    Vector x = solve(t, penalty, right);
    const double residual = dual ? penalty * penalty * x.squaredNorm()
                                 : std::max(0.0, y.squaredNorm() - right.dot(x) - penalty * x.squaredNorm());
    // n - 1 - sum of l / (l + penalty), without its cancellation.
    const double freedom =
        (penalty / (eigenvalues + penalty)).sum() + static_cast<double>(n - 1 - eigenvalues.size());
    const double score = freedom > 0 ? static_cast<double>(n) * residual / (freedom * freedom)
                                     : std::numeric_limits<double>::infinity();
    if (best.size() == 0 || score < best_score) {
      best_score = score;
      best_penalty = penalty;
      best = std::move(x);
    }
  }
  best.applyOnTheLeft(basis);
  const Vector weights = dual ? Vector(centred.transpose() * best) : best;
  return {{weights.begin(), weights.end()}, target_mean - feature_mean.dot(weights), best_penalty};
}

template <class T>
std::vector<double> predict(const RidgeModel& model, const ConstMatrixMap<T>& features) {
  check_shape("predict", "features", {features.rows(), features.cols()},
              {features.rows(), std::ssize(model.weights)});
  std::vector<double> result(static_cast<std::size_t>(features.rows()), model.intercept);
  for (Index row = 0; row < features.rows(); ++row) {
    double& sum = result[static_cast<std::size_t>(row)];
    for (Index column = 0; column < features.cols(); ++column) {
      sum += static_cast<double>(features(row, column)) * model.weights[static_cast<std::size_t>(column)];
    }
  }
  return result;
}

template RidgeModel fit_ridge<float>(const ConstMatrixMap<float>&, std::span<const double>,
                                     const RidgeOptions&);
template RidgeModel fit_ridge<double>(const ConstMatrixMap<double>&, std::span<const double>,
                                      const RidgeOptions&);
template std::vector<double> predict<float>(const RidgeModel&, const ConstMatrixMap<float>&);
template std::vector<double> predict<double>(const RidgeModel&, const ConstMatrixMap<double>&);

}  // namespace plstm
