#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Binary features of some rows, the columns that are one listed row after row.
class BinaryRows {
 public:
  /// No row yet. Throws ConfigError unless num_columns >= 1.
  explicit BinaryRows(Index num_columns);

  /// A row with ones in the given columns, ascending and each once (as fingerprints come), or else
  /// ShapeError.
  void append(std::span<const std::uint32_t> ones);

  Index num_rows() const noexcept { return std::ssize(offsets_) - 1; }
  Index num_columns() const noexcept { return num_columns_; }
  std::span<const std::uint32_t> ones(Index row) const;
  std::size_t num_ones() const noexcept { return ones_.size(); }

 private:
  Index num_columns_;
  std::vector<std::size_t> offsets_{0};  // [rows + 1]
  std::vector<std::uint32_t> ones_;
};

struct LogisticOptions {
  double penalty = 1;        ///< positive
  double tolerance = 1e-6;   ///< largest norm of the gradient, as a share of that of zero weights
  int max_iterations = 200;  ///< of Newton's method
};

/// Linear model with an intercept: P(label = 1) = 1 / (1 + exp(-z)), z = x . weights + intercept.
struct LogisticModel {
  std::vector<double> weights;  ///< [columns]
  double intercept = 0;
};

/// L2-regularised logistic regression: the minimum over w and b of
///
///   sum over rows of log(1 + e^z) - y z, z = x . w + b    + penalty / 2 |w|^2        b is free
///
/// by Newton's method, its steps solved by preconditioned conjugate gradients and shortened until the sum
/// falls enough (Nocedal & Wright, Numerical Optimization, 2006, section 7.1). Runs in parallel; the bits do
/// not depend on the number of threads.
///
///   features [n, columns]   labels [n], 0 or 1
///
/// Throws ShapeError for a wrong number of labels, ConfigError for a bad option, TrainingError naming the row
/// of a label that is not 0 or 1, if not both labels occur, or if the tolerance is not reached.
LogisticModel fit_logistic(const BinaryRows& features, std::span<const double> labels,
                           const LogisticOptions& options = {});

/// Logit z of every row. Throws ShapeError for another number of columns.
std::vector<double> predict(const LogisticModel& model, const BinaryRows& features);

}  // namespace plstm
