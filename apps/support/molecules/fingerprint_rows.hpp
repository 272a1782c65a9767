#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm::apps {

/// Those of the rows whose label of the task is known.
std::vector<std::int32_t> labelled_rows(const Matrix<std::uint8_t>& present,
                                        std::span<const std::int32_t> rows, Index task);

/// Their labels.
std::vector<double> labels_of(const Matrix<float>& targets, std::span<const std::int32_t> rows, Index task);

/// Fingerprints, given by the places of their ones, as 0 and 1; [rows.size(), bits].
Matrix<float> dense_fingerprints(std::span<const std::vector<std::uint32_t>> fingerprints,
                                 std::span<const std::int32_t> rows, Index bits);

}  // namespace plstm::apps
