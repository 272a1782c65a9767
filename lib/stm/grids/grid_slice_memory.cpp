#include "stm/grids/grid_slice_memory.hpp"

#include <algorithm>

namespace plstm {

namespace {

template <class T>
void pack_factors(const GridCall<T>& call, Index row, Index gate, T* line) {
  const GridInputs<T>& in = call.in;
  const auto factor = [&](const HeadRows<const T>& of) {
    return of.data == nullptr ? T(0) : *of.at(row, gate);
  };
  line[kLeftToRight] = factor(in.left_to_right);
  line[kUpToDown] = factor(in.up_to_down);
  line[kMarkLeft] = call.scale * factor(in.mark_left);
  line[kMarkUp] = call.scale * factor(in.mark_up);
  line[kUpToRight] = factor(in.up_to_right);
  line[kLeftToDown] = factor(in.left_to_down);
  line[kSourceRight] = factor(in.source_right);
  line[kSourceDown] = factor(in.source_down);
}

template <class T>
void pack_node(const GridCall<T>& call, const GridSliceMemory<T>& to, Index row,
               const HeadRows<const T>* output_gradient) {
  const GridShape& shape = call.shape();
  const Index node = row % call.nodes();
  for (Index h = 0; h < shape.heads; ++h) {
    const Index grid = row / call.nodes() * shape.heads + h;
    const auto copy = [&](const HeadRows<const T>& from, T* rows) {
      T* line = rows + (grid * call.nodes() + node) * to.slices.values;
      std::fill(std::copy_n(from.at(row, h), shape.value_width, line), line + to.slices.values, T(0));
    };
    copy(call.in.value, to.packed.value);
    if (output_gradient != nullptr) copy(*output_gradient, to.packed.output_gradient);
    for (Index o = 0; o < shape.orientations; ++o)
      pack_factors(
          call, row, h * shape.orientations + o,
          to.packed.factors + ((grid * shape.orientations + o) * call.nodes() + node) * kGridFactors);
  }
}

}  // namespace

template <class T>
GridSlices cut_grid_states(const GridShape& shape) {
  constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
  const auto parts = [](Index size, Index most) { return (size + most - 1) / most; };
  GridSlices s;
  s.values = parts(shape.value_width, kLine) * kLine;
  s.columns = std::min(s.values, 2 * kLine);
  s.column_slices = parts(s.values, s.columns);
  s.row_slices = parts(shape.key_width, 16 * kLine / s.columns);
  s.rows = parts(shape.key_width, s.row_slices);
  return s;
}

template <class T>
GridSliceMemory<T>::GridSliceMemory(const GridCall<T>& call, bool backward, bool apart, Pieces<T>& pieces)
    : slices(cut_grid_states<T>(call.shape())) {
  parts.rows = apart ? slices.row_slices : 1;
  parts.columns = apart ? slices.column_slices : 1;
  const Index nodes = call.nodes(), items = call.items();
  const Index rows = items / call.shape().orientations * nodes * slices.values;
  packed.factors = pieces.take(items * nodes * kGridFactors);
  packed.value = pieces.take(rows);
  parts.output = pieces.take(items * parts.rows * nodes * slices.values);
  if (!backward) return;
  packed.output_gradient = pieces.take(rows);
  parts.query = pieces.take(items * parts.columns * slices.row_slices * nodes * slices.rows);
  parts.key = pieces.take(items * parts.columns * slices.row_slices * nodes * slices.rows);
  parts.factors = pieces.take(items * parts.rows * parts.columns * nodes * kGridFactors);
}

template <class T>
void GridSliceMemory<T>::pack(const GridCall<T>& call, const HeadRows<const T>* output_gradient) const {
  for_grid_nodes(call, [&](Index row) { pack_node(call, *this, row, output_gradient); });
}

#define PLSTM_INSTANTIATE(T)                                \
  template GridSlices cut_grid_states<T>(const GridShape&); \
  template struct GridSliceMemory<T>;
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
