#include "plstm/train/baselines/logistic.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr std::size_t kRowGrain = 1024;
constexpr std::size_t kColumnGrain = 128;

using Vector = Eigen::VectorXd;

/// The problem: features both ways and the labels. Unknowns x = (w, b), the intercept last.
class Problem {
 public:
  Problem(const BinaryRows& features, std::span<const double> labels, double penalty)
      : features_(features), labels_(labels), penalty_(penalty) {
    const auto columns = static_cast<std::size_t>(features.num_columns());
    offsets_.assign(columns + 1, 0);
    for (Index row = 0; row < features.num_rows(); ++row) {
      for (const std::uint32_t column : features.ones(row)) ++offsets_[column + 1];
    }
    for (std::size_t c = 0; c < columns; ++c) offsets_[c + 1] += offsets_[c];
    rows_.resize(features.num_ones());
    std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
    for (Index row = 0; row < features.num_rows(); ++row) {
      for (const std::uint32_t column : features.ones(row))
        rows_[next[column]++] = static_cast<std::uint32_t>(row);
    }
  }

  Index num_unknowns() const { return features_.num_columns() + 1; }

  /// z = X w + b, a value a row.
  Vector logits(const Vector& x) const {
    Vector z(features_.num_rows());
    parallel_for(static_cast<std::size_t>(z.size()), kRowGrain, [&](std::size_t i) {
      const auto row = static_cast<Index>(i);
      double sum = x[x.size() - 1];
      for (const std::uint32_t column : features_.ones(row)) sum += x[column];
      z[row] = sum;
    });
    return z;
  }

  double value(const Vector& x, const Vector& z) const {
    double sum = 0;
    for (Index i = 0; i < z.size(); ++i) {
      sum += std::max(z[i], 0.0) + std::log1p(std::exp(-std::abs(z[i]))) -
             labels_[static_cast<std::size_t>(i)] * z[i];
    }
    return sum + 0.5 * penalty_ * x.head(x.size() - 1).squaredNorm();
  }

  /// (X^T r, sum of r) + penalty (w, 0).
  Vector pull_back(const Vector& r, const Vector& x) const {
    Vector result(num_unknowns());
    parallel_for(offsets_.size() - 1, kColumnGrain, [&](std::size_t column) {
      double sum = 0;
      for (std::size_t i = offsets_[column]; i < offsets_[column + 1]; ++i) sum += r[rows_[i]];
      result[static_cast<Index>(column)] = sum + penalty_ * x[static_cast<Index>(column)];
    });
    result[result.size() - 1] = r.sum();
    return result;
  }

  Vector gradient(const Vector& x, const Vector& probability) const {
    Vector error = probability;
    for (Index i = 0; i < error.size(); ++i) error[i] -= labels_[static_cast<std::size_t>(i)];
    return pull_back(error, x);
  }

  Vector hessian_times(const Vector& curvature, const Vector& x) const {
    return pull_back(curvature.cwiseProduct(logits(x)), x);
  }

  /// Diagonal of the Hessian: features are 0 or 1, their squares are themselves.
  Vector hessian_diagonal(const Vector& curvature) const {
    return pull_back(curvature, Vector::Ones(num_unknowns()));
  }

 private:
  const BinaryRows& features_;
  std::span<const double> labels_;
  double penalty_;
  std::vector<std::size_t> offsets_;  // [columns + 1] into rows_
  std::vector<std::uint32_t> rows_;   // by column
};

/// Solves H d = -g up to `tolerance` |g| by conjugate gradients, preconditioned by the diagonal.
Vector newton_direction(const Problem& problem, const Vector& curvature, const Vector& gradient,
                        double tolerance) {
  const Vector diagonal = problem.hessian_diagonal(curvature);
  Vector direction = Vector::Zero(gradient.size());
  Vector residual = -gradient;
  Vector scaled = residual.cwiseQuotient(diagonal);
  Vector search = scaled;
  double product = residual.dot(scaled);
  const double limit = tolerance * gradient.norm();
  for (Index step = 0; step < 2 * gradient.size() && residual.norm() > limit; ++step) {
    const Vector image = problem.hessian_times(curvature, search);
    const double length = product / search.dot(image);
    direction += length * search;
    residual -= length * image;
    scaled = residual.cwiseQuotient(diagonal);
    const double next = residual.dot(scaled);
    search = scaled + (next / product) * search;
    product = next;
  }
  return direction;
}

void check_arguments(const BinaryRows& features, std::span<const double> labels,
                     const LogisticOptions& options) {
  check_size("fit_logistic", "labels", std::ssize(labels), features.num_rows());
  const auto positive = [](const char* option, double value) {
    if (!(value > 0 && std::isfinite(value))) {
      throw ConfigError(fmt::format("fit_logistic: {} is {}, expected a positive number", option, value));
    }
  };
  positive("penalty", options.penalty);
  positive("tolerance", options.tolerance);
  positive("max_iterations", options.max_iterations);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0 && labels[i] != 1) {
      throw TrainingError(fmt::format("fit_logistic: label of row {} is {}, expected 0 or 1", i, labels[i]));
    }
  }
  for (const double label : {0.0, 1.0}) {
    if (std::ranges::find(labels, label) == labels.end()) {
      throw TrainingError(fmt::format(
          "fit_logistic: none of {} labels is {}, so the best intercept is infinite", labels.size(), label));
    }
  }
}

}  // namespace

BinaryRows::BinaryRows(Index num_columns) : num_columns_(num_columns) {
  if (num_columns < 1) {
    throw ConfigError(fmt::format("BinaryRows: num_columns is {}, expected 1 or more", num_columns));
  }
}

void BinaryRows::append(std::span<const std::uint32_t> ones) {
  for (std::size_t i = 0; i < ones.size(); ++i) {
    if (static_cast<Index>(ones[i]) >= num_columns_ || (i > 0 && ones[i] <= ones[i - 1])) {
      throw ShapeError(fmt::format("BinaryRows: column {} of row {} is not in 0..{} or does not ascend",
                                   ones[i], num_rows(), num_columns_ - 1));
    }
  }
  ones_.insert(ones_.end(), ones.begin(), ones.end());
  offsets_.push_back(ones_.size());
}

std::span<const std::uint32_t> BinaryRows::ones(Index row) const {
  const auto i = static_cast<std::size_t>(row);
  return {ones_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
}

LogisticModel fit_logistic(const BinaryRows& features, std::span<const double> labels,
                           const LogisticOptions& options) {
  check_arguments(features, labels, options);
  const Problem problem(features, labels, options.penalty);
  Vector x = Vector::Zero(problem.num_unknowns());
  Vector z = problem.logits(x);
  double value = problem.value(x, z);
  double first_norm = 0;
  for (int iteration = 0; iteration <= options.max_iterations; ++iteration) {
    const Vector probability = (1 + (-z.array()).exp()).inverse();
    const Vector gradient = problem.gradient(x, probability);
    const double norm = gradient.norm();
    if (iteration == 0) first_norm = norm;
    if (norm <= options.tolerance * first_norm) {
      return {{x.begin(), x.end() - 1}, x[x.size() - 1]};
    }
    const Vector curvature = probability.array() * (1 - probability.array());
    const Vector direction =
        newton_direction(problem, curvature, gradient, std::min(0.1, std::sqrt(norm / first_norm)));
    const double slope = gradient.dot(direction);
    for (double length = 1; length > 1e-10; length /= 2) {
      const Vector candidate = x + length * direction;
      const Vector candidate_z = problem.logits(candidate);
      const double candidate_value = problem.value(candidate, candidate_z);
      // Near the minimum the sum falls by less than its rounding.
      if (!(candidate_value <= value + 1e-4 * length * slope + 1e-13 * std::abs(value))) continue;
      x = candidate;
      z = candidate_z;
      value = candidate_value;
      break;
    }
  }
  throw TrainingError(
      fmt::format("fit_logistic: the tolerance {} is not reached after {} steps; try a larger penalty",
                  options.tolerance, options.max_iterations));
}

std::vector<double> predict(const LogisticModel& model, const BinaryRows& features) {
  check_size("predict", "columns of features", features.num_columns(), std::ssize(model.weights));
  std::vector<double> logits(static_cast<std::size_t>(features.num_rows()));
  parallel_for(logits.size(), kRowGrain, [&](std::size_t i) {
    double sum = model.intercept;
    for (const std::uint32_t column : features.ones(static_cast<Index>(i))) sum += model.weights[column];
    logits[i] = sum;
  });
  return logits;
}

}  // namespace plstm
