#pragma once

#include <plstm/core/matrix.hpp>
#include <plstm/learn/labeled_graphs.hpp>

namespace plstm {

/// Features of the labelled things without structure, for models to compare with: [things, columns].
///
/// A node has its values, and 0 or 1 for each of its codes. An edge has its own and those of its two ends. A graph has the
/// sums over its nodes and over its edges, the numbers of both, and its own values, 0 where they are not finite. Without
/// columns where there would be more than kMostFlatFeatures.
Matrix<float> flat_features(const LabeledGraphs& data);

inline constexpr Index kMostFlatFeatures = 2000;

}  // namespace plstm
