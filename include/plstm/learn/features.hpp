#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>

namespace plstm {

/// Features of the rows of a data set, made when a model asks for them, so that those of a large set need not be in
/// memory at once. What the makers below are given must outlive the object. It may be used by several threads at once.
struct FeatureSource {
  Index columns = 0;
  /// Features of some rows, [rows.size(), columns], row-major.
  std::function<std::vector<float>(std::span<const std::int32_t> rows)> of_rows;
};

/// Rows of a matrix [rows, columns].
FeatureSource matrix_features(ConstMatrixMap<float> values);

/// Fingerprints, given by the places of their ones, as 0 and 1; [rows, bits].
FeatureSource fingerprint_features(std::span<const std::vector<std::uint32_t>> fingerprints, Index bits);

/// The values of whole graphs, standardised as networks read them.
FeatureSource graph_value_features(std::span<const PreparedGraph> graphs, const ValueScaling& scaling);

/// Columns [rows, columns] beside what a row is about, such as the temperature of a measurement, standardised by the
/// training rows; NaN is a missing value and counts as the mean.
FeatureSource standardized_features(ConstMatrixMap<double> values, std::span<const std::int32_t> train);

/// Something that a row has so many of: a subtree label (subtree_labels.hpp), a structural key.
struct LabelCount {
  std::uint64_t label = 0;
  std::int32_t count = 0;
};

/// How often labels occur in a row. The columns are the labels of the most training rows, of two at least and of 4096
/// labels at most. `counts` has each label of a row once.
FeatureSource count_features(std::span<const std::vector<LabelCount>> counts,
                             std::span<const std::int32_t> train);

/// The columns of all parts side by side.
FeatureSource joined_features(std::vector<FeatureSource> parts);

}  // namespace plstm
