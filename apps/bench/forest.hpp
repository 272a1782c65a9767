#pragma once

#include <cstdint>

#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>

#include "bench_data.hpp"

namespace plstm::bench {

/// A random forest on the substructures of the data, on its fingerprints and its values of whole graphs, if
/// it has any; one a task or class. Labels of yes and no weigh the same in total. Replaces the columns of
/// `validation` and `test` (rows of the split, outputs) by predicted values, logits or, of classes,
/// logarithms of their shares; a task without two different training labels keeps what is there. Returns the
/// number of nodes.
std::int64_t fit_and_predict_forest(const BenchData& data, const Split& split, std::uint64_t seed,
                                    Matrix<float>& validation, Matrix<float>& test);

}  // namespace plstm::bench
