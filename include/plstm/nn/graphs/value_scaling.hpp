#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>

namespace plstm {

/// Standardisation of real values by column: x -> (x - mean) / scale, not beyond -5 and 5. A column of scale
/// 0 says nothing and becomes 0, and so does a value that is not finite. Without columns values stay as they
/// are.
struct ValueScaling {
  std::vector<double> mean;
  std::vector<double> scale;

  bool operator==(const ValueScaling&) const = default;
};

/// Throws ConfigError unless both are empty or have `width` entries, finite, scales not negative.
void check_scaling(const ValueScaling& scaling, std::int32_t width);

/// A value of that column, standardised.
double scaled_value(const ValueScaling& scaling, std::size_t column, double value);

/// Mean and standard deviation (divisor n) of the values of whole graphs in the given rows, the training
/// rows; what is not finite is left out. A column without two different values has scale 0.
///
/// Throws ShapeError for a row outside the graphs, or for graphs with another number of values than the
/// first.
ValueScaling make_graph_value_scaling(std::span<const PreparedGraph> graphs,
                                      std::span<const std::int32_t> rows);

/// The same of the rows of a matrix.
ValueScaling make_value_scaling(const ConstMatrixMap<double>& values, std::span<const std::int32_t> rows);

/// The values [rows, width], standardised, as a matrix that needs no gradient.
template <class T>
Var<T> scaled_values(Tape<T>& tape, const ValueScaling& scaling, const std::vector<float>& values, Index rows,
                     Index width);

}  // namespace plstm
