#include "nn/graphs/feature_encoding.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/embedding.hpp>

#include "nn/shared/row_blocks.hpp"

namespace plstm {

ParameterId add_embedding_table(ParameterLayout& layout, const std::string& name,
                                const std::vector<std::int32_t>& sizes, Index width) {
  // A sum of as many rows as there are columns then has unit variance.
  const NormalInit init{0, 1 / std::sqrt(static_cast<double>(sizes.size()))};
  const auto rows = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return layout.add(name, {rows, width}, init, false);
}

Index second_columns(const GraphModelConfig& config) {
  if (config.readout != Readout::kEdge) return config.width;
  return (config.edge_encoder ? 3 : 2) * config.width;
}

void check_finite(const char* what, const std::vector<float>& values, Index rows) {
  // Zero times a finite number is zero; this loop has no branch and costs little beside the model.
  float zeros = 0;
  for (const float value : values) zeros += 0 * value;
  if (zeros == 0) return;
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  const auto cols = static_cast<std::ptrdiff_t>(values.size()) / rows;
  const auto at = bad - values.begin();
  throw ShapeError(
      fmt::format("{} {}: value {} in column {} is not finite; fill in a number or leave the graph out", what,
                  at / cols, *bad, at % cols));
}

template <class T>
std::optional<Var<T>> encode_features(Tape<T>& tape, const FeatureColumns& columns, const LinearLayer& linear,
                                      ParameterId table, const std::vector<std::int32_t>& first_rows) {
  const auto& [what, values, codes, rows] = columns;
  std::optional<Var<T>> x;
  if (linear.weight.valid()) {
    check_finite(what, values, rows);
    Var<T> input = tape.make_constant(
        rows, rows == 0 ? tape.parameter(linear.weight).cols : static_cast<Index>(values.size()) / rows);
    const float* from = values.data();
    for_entry_blocks(input.size(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) input.value[i] = static_cast<T>(from[i]);
    });
    x = apply(tape, linear, input);
  }
  if (table.valid()) {
    const Var<T> embedded = embedding_sum<T>(tape, tape.parameter(table), codes.data(), rows, first_rows);
    x = x.has_value() ? add(tape, *x, embedded) : embedded;
  }
  return x;
}

template <class T>
Var<T> degree_encodings(Tape<T>& tape, const StmGraph& graph, Index width) {
  Var<T> encoding = tape.make_constant(graph.num_nodes, width);
  const auto degree_of = [&graph](std::size_t n) {
    return graph.in_offsets[n + 1] - graph.in_offsets[n] + graph.out_offsets[n + 1] - graph.out_offsets[n];
  };
  std::int32_t largest = 0;
  for (Index n = 0; n < graph.num_nodes; ++n)
    largest = std::max(largest, degree_of(static_cast<std::size_t>(n)));
  // A row per degree; few degrees occur.
  auto** rows = tape.template keep<T*>(largest + 1);
  std::fill_n(rows, largest + 1, nullptr);
  T* frequencies = tape.template keep<T>(width);
  for (Index c = 0; c < width; ++c) {
    const auto pair = static_cast<double>(c - c % 2);
    frequencies[c] = static_cast<T>(std::pow(10000.0, -pair / static_cast<double>(width)));
  }
  for (Index n = 0; n < graph.num_nodes; ++n) {
    const std::int32_t degree = degree_of(static_cast<std::size_t>(n));
    T*& row = rows[degree];
    if (row != nullptr) continue;
    row = tape.template keep<T>(width);
    for (Index c = 0; c < width; ++c) {
      const T angle = static_cast<T>(degree) * frequencies[c];
      row[c] = c % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
  }
  for_row_blocks(graph.num_nodes, width, [&](Index first, Index count) {
    for (Index n = first; n < first + count; ++n)
      std::copy_n(rows[degree_of(static_cast<std::size_t>(n))], width, encoding.value + n * width);
  });
  return encoding;
}

#define PLSTM_INSTANTIATE(T)                                                                             \
  template std::optional<Var<T>> encode_features<T>(Tape<T>&, const FeatureColumns&, const LinearLayer&, \
                                                    ParameterId, const std::vector<std::int32_t>&);      \
  template Var<T> degree_encodings<T>(Tape<T>&, const StmGraph&, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
