#pragma once

#include <functional>
#include <span>
#include <vector>

#include <plstm/learn/row_labels.hpp>

namespace plstm {

/// Starts from constant outputs, lets `fit(validation, test)` put better values or logits in their place, each
/// [rows, outputs], and finishes them. `fit` returns the number of what it has learned.
HeldOut held_out_from_constants(const RowLabels& labels, const Split& split,
                                const std::function<std::int64_t(MatrixMap<float>, MatrixMap<float>)>& fit);

/// Weights of labels 0 and 1, both of which occur, that sum up to one half of their number for each.
std::vector<double> balancing_weights(std::span<const double> labels);

/// Whether there is nothing to tell apart.
bool all_equal(std::span<const double> labels);

}  // namespace plstm
