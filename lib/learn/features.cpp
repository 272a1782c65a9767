#include "plstm/learn/features.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace plstm {
namespace {

using Rows = std::span<const std::int32_t>;
using ColumnOf = std::unordered_map<std::uint64_t, std::size_t>;

ColumnOf choose_columns(std::span<const std::vector<LabelCount>> counts, Rows train) {
  constexpr std::size_t kMost = 4096;
  std::map<std::uint64_t, std::int64_t> rows_with;
  for (const std::int32_t row : train) {
    for (const LabelCount& entry : counts[static_cast<std::size_t>(row)]) ++rows_with[entry.label];
  }
  std::vector<std::pair<std::uint64_t, std::int64_t>> kept;
  std::ranges::copy_if(rows_with, std::back_inserter(kept),
                       [](const auto& pair) { return pair.second >= 2; });
  std::ranges::stable_sort(kept, std::greater{}, &std::pair<std::uint64_t, std::int64_t>::second);
  if (kept.size() > kMost) kept.resize(kMost);
  ColumnOf column_of;
  for (const auto& [label, rows] : kept) column_of.emplace(label, column_of.size());
  return column_of;
}

// Zeros [rows, columns], row i filled by fill(row, its values).
template <class Fill>
std::vector<float> filled(Rows rows, Index columns, const Fill& fill) {
  const auto width = static_cast<std::size_t>(columns);
  std::vector<float> values(rows.size() * width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    fill(static_cast<std::size_t>(rows[i]), std::span<float>(values).subspan(i * width, width));
  }
  return values;
}

}  // namespace

FeatureSource matrix_features(ConstMatrixMap<float> values) {
  return {values.cols(), [values](Rows rows) {
            return filled(rows, values.cols(), [&](std::size_t row, std::span<float> to) {
              const float* from = values.data() + row * to.size();
              std::copy(from, from + to.size(), to.begin());
            });
          }};
}

FeatureSource fingerprint_features(std::span<const std::vector<std::uint32_t>> fingerprints, Index bits) {
  return {bits, [fingerprints, bits](Rows rows) {
            return filled(rows, bits, [&](std::size_t row, std::span<float> to) {
              for (const std::uint32_t bit : fingerprints[row]) to[bit] = 1;
            });
          }};
}

FeatureSource graph_value_features(std::span<const PreparedGraph> graphs, const ValueScaling& scaling) {
  const auto columns = static_cast<Index>(scaling.mean.size());
  return {columns, [graphs, scaling, columns](Rows rows) {
            return filled(rows, columns, [&](std::size_t row, std::span<float> to) {
              for (std::size_t c = 0; c < to.size(); ++c) {
                to[c] = static_cast<float>(scaled_value(scaling, c, graphs[row].graph.graph_values[c]));
              }
            });
          }};
}

FeatureSource count_features(std::span<const std::vector<LabelCount>> counts, Rows train) {
  ColumnOf column_of = choose_columns(counts, train);
  const Index columns = std::ssize(column_of);
  return {columns, [counts, columns, column_of = std::move(column_of)](Rows rows) {
            return filled(rows, columns, [&](std::size_t row, std::span<float> to) {
              for (const LabelCount& entry : counts[row]) {
                const auto column = column_of.find(entry.label);
                if (column != column_of.end()) to[column->second] = static_cast<float>(entry.count);
              }
            });
          }};
}

FeatureSource standardized_features(ConstMatrixMap<double> values, std::span<const std::int32_t> train) {
  return {values.cols(), [values, scaling = make_value_scaling(values, train)](Rows rows) {
            return filled(rows, values.cols(), [&](std::size_t row, std::span<float> to) {
              for (std::size_t c = 0; c < to.size(); ++c) {
                const double value = values(static_cast<Index>(row), static_cast<Index>(c));
                to[c] = static_cast<float>(scaled_value(scaling, c, value));
              }
            });
          }};
}

FeatureSource joined_features(std::vector<FeatureSource> parts) {
  Index columns = 0;
  for (const FeatureSource& part : parts) columns += part.columns;
  return {columns, [parts = std::move(parts), columns](Rows rows) {
            std::vector<float> joined(rows.size() * static_cast<std::size_t>(columns));
            MatrixMap<float> map(joined.data(), std::ssize(rows), columns);
            Index place = 0;
            for (const FeatureSource& part : parts) {
              const std::vector<float> values = part.of_rows(rows);
              map.middleCols(place, part.columns) =
                  ConstMatrixMap<float>(values.data(), map.rows(), part.columns);
              place += part.columns;
            }
            return joined;
          }};
}

}  // namespace plstm
