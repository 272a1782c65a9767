#include "stm/grids/grid_block.hpp"

#include <algorithm>

namespace plstm {

namespace {

// Up to a whole cache line, so that rows start on one.
template <class T>
Index padded(Index size) {
  constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
  return (size + kLine - 1) / kLine * kLine;
}

}  // namespace

template <class T>
BlockMemory<T>::BlockMemory(const GridCall<T>& call, const GridRectangle& r, bool backward, Pieces<T>& pieces)
    : paths{}, scores{}, nodes(r.nodes()) {
  const GridShape& shape = call.shape();
  const TrackingWidths& j = shape.tracking;
  const bool plain = j.query == 1 && j.key == 1 && j.value == 1 && j.output == 1;
  paths.x = r.x;
  paths.y = r.y;
  paths.size_x = r.size_x;
  paths.size_y = r.size_y;
  paths.from_left = r.from_left;
  paths.from_up = r.from_up;
  paths.to_right = r.to_right;
  paths.to_down = r.to_down;
  paths.columns = padded<T>(nodes * j.key * j.value);
  paths.stride = paths.columns + padded<T>(r.states_in() * j.state);
  paths.left = pieces.take(nodes * j.state * paths.stride);
  paths.up = pieces.take(nodes * j.state * paths.stride);
  paths.out = pieces.take(r.states_out() * j.state * paths.stride);
  paths.gate = pieces.take(nodes * j.output * j.query * paths.stride);
  paths.spare = pieces.take(2 * j.state * paths.stride);
  paths.factors = pieces.take(nodes * kGridFactors);
  paths.keep = backward;
  paths.packed = false;
  scores.nodes = nodes;
  scores.keys = shape.key_width;
  scores.tracking = j;
  scores.gate = paths.gate;
  scores.gate_stride = paths.stride;
  scores.stride = padded<T>(nodes * std::max(j.key, j.value));
  scores.scale = call.scale;
  scores.scores = pieces.take(nodes * j.query * scores.stride);
  scores.gated = plain ? scores.scores : pieces.take(nodes * j.output * scores.stride);
  const auto rows = [&](Index width, Index tracking) {
    return UnpackedRows<T>{pieces.take(nodes * width * tracking), width, tracking};
  };
  query = rows(shape.key_width, j.query);
  key = rows(shape.key_width, j.key);
  value = rows(shape.value_width, j.value);
  output = rows(shape.value_width, j.output);
  const Index reads = nodes * j.output * r.states_in() * j.state * shape.key_width;
  const Index writes = nodes * j.value * r.states_out() * j.state * shape.key_width;
  read = pieces.take(reads);
  write = pieces.take(writes);
  if (!backward) return;
  scores.back = pieces.take(nodes * j.output * scores.stride);
  scores.score_gradients = plain ? scores.back : pieces.take(nodes * j.query * scores.stride);
  query_gradient = rows(shape.key_width, j.query);
  key_gradient = rows(shape.key_width, j.key);
  value_gradient = rows(shape.value_width, j.value);
  const auto columns = [&](const UnpackedRows<T>& of, Index room) {
    return pieces.take(nodes * (of.width * of.tracking + room));
  };
  query_columns = columns(query, shape.key_width + 2);
  key_columns = columns(key, shape.key_width + 2);
  value_columns = columns(value, 0);
  output_columns = columns(output, 0);
  read_gradient = pieces.take(reads);
  write_gradient = pieces.take(writes);
}

template struct BlockMemory<float>;
template struct BlockMemory<double>;

}  // namespace plstm
