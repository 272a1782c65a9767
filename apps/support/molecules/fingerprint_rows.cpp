#include "fingerprint_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace plstm::apps {

std::vector<std::int32_t> labelled_rows(const Matrix<std::uint8_t>& present,
                                        std::span<const std::int32_t> rows, Index task) {
  std::vector<std::int32_t> kept;
  std::ranges::copy_if(rows, std::back_inserter(kept),
                       [&](std::int32_t row) { return present(row, task) != 0; });
  return kept;
}

std::vector<double> labels_of(const Matrix<float>& targets, std::span<const std::int32_t> rows, Index task) {
  std::vector<double> labels;
  labels.reserve(rows.size());
  for (const std::int32_t row : rows) labels.push_back(targets(row, task));
  return labels;
}

Matrix<float> dense_fingerprints(std::span<const std::vector<std::uint32_t>> fingerprints,
                                 std::span<const std::int32_t> rows, Index bits) {
  Matrix<float> dense = Matrix<float>::Zero(static_cast<Index>(rows.size()), bits);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::uint32_t bit : fingerprints[static_cast<std::size_t>(rows[i])]) {
      dense(static_cast<Index>(i), bit) = 1;
    }
  }
  return dense;
}

}  // namespace plstm::apps
