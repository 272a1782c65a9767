#pragma once

#include <cstdint>

#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>

#include "bench_data.hpp"

namespace plstm::bench {

/// Linear models on the fingerprints of the data, one a task: ridge regression for numbers, its penalty
/// chosen by generalised cross-validation; logistic regression for yes or no, its penalty chosen by ROC-AUC
/// on the validation rows. Replaces the columns of `validation` and `test` (rows of the split, tasks) by
/// predicted values or logits; a task without two different training labels keeps what is there. Returns the
/// number of weights.
std::int64_t fit_and_predict_fingerprints(const BenchData& data, const Split& split,
                                          Matrix<float>& validation, Matrix<float>& test);

}  // namespace plstm::bench
