#pragma once

#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

struct RidgeOptions {
  /// Candidates, each positive; the best one by generalised cross-validation is used, the first at a tie.
  std::vector<double> penalties = {1e-3, 1e-2, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 1e5};
};

/// Linear model with an intercept: prediction = x . weights + intercept.
struct RidgeModel {
  std::vector<double> weights;
  double intercept = 0;
  double penalty = 0;  ///< the one chosen
};

/// Ridge regression, minimising sum (y - x . w - b)^2 + penalty |w|^2; b is free. The penalty minimises the
/// generalised cross-validation score n sum (residual)^2 / (n - trace of the hat matrix)^2 (Golub, Heath &
/// Wahba 1979).
///
///   features [n, columns], dense or binary   targets [n]
///
/// One tridiagonalisation of the smaller of the n x n kernel and the columns x columns covariance serves all
/// penalties: O(n columns s + s^3) with s = min(n, columns), then O(s) a penalty.
/// Throws ShapeError for shapes that do not fit or no columns, ConfigError for bad penalties, TrainingError
/// for fewer than two rows or numbers that are not finite.
template <class T>
RidgeModel fit_ridge(const ConstMatrixMap<T>& features, std::span<const double> targets,
                     const RidgeOptions& options = {});

/// One value a row of features [n, columns]. Throws ShapeError for another number of columns.
template <class T>
std::vector<double> predict(const RidgeModel& model, const ConstMatrixMap<T>& features);

extern template RidgeModel fit_ridge<float>(const ConstMatrixMap<float>&, std::span<const double>,
                                            const RidgeOptions&);
extern template RidgeModel fit_ridge<double>(const ConstMatrixMap<double>&, std::span<const double>,
                                             const RidgeOptions&);
extern template std::vector<double> predict<float>(const RidgeModel&, const ConstMatrixMap<float>&);
extern template std::vector<double> predict<double>(const RidgeModel&, const ConstMatrixMap<double>&);

}  // namespace plstm
