#pragma once

#include <cstdint>
#include <span>

#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>

#include "bench_data.hpp"

namespace plstm::bench {

/// The values of some whole graphs as networks read them, standardised; [rows.size(), graph_value_width].
Matrix<float> scaled_graph_values(const BenchData& data, std::span<const std::int32_t> rows,
                                  const ValueScaling& scaling);

/// Ridge regression on the values of whole graphs, standardised as networks read them, one a task. The
/// penalty is chosen by the squared error on the validation rows: generalised cross-validation trusts values
/// that only few training molecules have, and fails on new scaffolds. Labels of yes or no count as the
/// numbers 1 and 0. Replaces the columns of `validation` and `test` (rows of the split, tasks) by predicted
/// values; a task without two different training labels keeps what is there. Returns the number of weights.
std::int64_t fit_and_predict_descriptors(const BenchData& data, const Split& split, Matrix<float>& validation,
                                         Matrix<float>& test);

}  // namespace plstm::bench
