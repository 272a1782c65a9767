#pragma once

#include <cstdint>

#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>

#include "bench_data.hpp"

namespace plstm::bench {

/// Ridge regression on the values of whole graphs, standardised as networks read them, one a task, the
/// penalty chosen by generalised cross-validation; labels of yes or no count as the numbers 1 and 0. Replaces
/// the columns of `validation` and `test` (rows of the split, tasks) by predicted values; a task without two
/// different training labels keeps what is there. Returns the number of weights.
std::int64_t fit_and_predict_descriptors(const BenchData& data, const Split& split, Matrix<float>& validation,
                                         Matrix<float>& test);

}  // namespace plstm::bench
