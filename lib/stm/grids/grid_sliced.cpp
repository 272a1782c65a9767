// Slices of states that go through a grid on their own, block after block.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_slice_memory.hpp"

namespace plstm {

namespace {

// How a grid is cut into blocks, between which states are kept. Block (p, q) counts along the orientation.
struct Blocks {
  Index size_x, size_y, side;
  Index count_x = (size_x + side - 1) / side;
  Index count_y = (size_y + side - 1) / side;

  Index count() const { return count_x * count_y; }
};

// Elements of the states of one slice that enter a block.
Index slot_size(const Blocks& blocks, const GridSlices& slices) {
  return 2 * blocks.side * slices.piece();
}

// Blocks that one task computes, and in which order these rectangles of blocks follow one another: those of
// an anti-diagonal are independent.
struct Cells {
  Index side;  // in blocks
  Index count_x, count_y;

  Index diagonals() const { return count_x + count_y - 1; }
  // First and last + 1 cell (p, d - p) of diagonal d.
  Index first(Index d) const { return std::max(Index{0}, d - count_y + 1); }
  Index last(Index d) const { return std::min(count_x, d + 1); }
};

template <class T>
class Sliced {
 public:
  Sliced(const GridCall<T>& call, int levels, bool backward)
      : call_(call),
        blocks_{call.shape().size_x, call.shape().size_y, Index{1} << levels},
        apart_(call.items() % num_threads() != 0 && call.items() <= 4 * num_threads()),
        loan_(call.workspace.scratch.borrow()),
        shared_(make_shared(backward)) {}

  void pack(const HeadRows<const T>* output_gradient) const { shared_.pack(call_, output_gradient); }
  // `states` may be null.
  void forward(T* states, bool output) const {
    for_tiles(false, states, [&](GridTile<T>& tile) {
      if (!output) tile.output = nullptr;
      call_.kernels.tile_forward(tile);
    });
  }
  void backward(const T* states) const {
    // Kept states are only read.
    for_tiles(true, const_cast<T*>(states), [&](GridTile<T>& tile) { call_.kernels.tile_backward(tile); });
  }
  GridSum<T> sum() const { return {call_.in, shared_.slices, shared_.packed, shared_.parts, call_.scale}; }

 private:
  GridSliceMemory<T> make_shared(bool backward) {
    Pieces<T> none(nullptr);
    const GridSliceMemory<T> counted(call_, backward, apart_, none);
    Pieces<T> pieces(loan_.reserve(none.used()));
    return GridSliceMemory<T>(call_, backward, apart_, pieces);
  }

  // Pieces that cross the grid along both axes.
  Index frontier() const { return (blocks_.size_x + blocks_.size_y) * shared_.slices.piece(); }
  Index inner_size() const { return 2 * blocks_.side * blocks_.side * shared_.slices.piece(); }

  // Block (p, q) along the orientation of the item; `memory` has the slice's frontier.
  GridTile<T> tile_of(Index item, Index slice, Index p, Index q, T* memory) const {
    const GridSlices& s = shared_.slices;
    const GridShape& shape = call_.shape();
    const GridItem place = grid_item(shape, static_cast<std::size_t>(item));
    const Index grid = item / shape.orientations, nodes = call_.nodes();
    const bool flip_x = (place.orientation & 1) != 0, flip_y = (place.orientation & 2) != 0;
    const Index row_slice = slice / s.column_slices, column_slice = slice % s.column_slices;
    const Index row = row_slice * s.rows, column = column_slice * s.columns;
    const Index a = p * blocks_.side, c = q * blocks_.side;
    const Index row_part = apart_ ? item * s.row_slices + row_slice : item;
    const Index column_part = apart_ ? item * s.column_slices + column_slice : item;
    const Index part = apart_ ? item * s.count() + slice : item;
    GridTile<T> t{};
    t.size_x = std::min(blocks_.side, blocks_.size_x - a);
    t.size_y = std::min(blocks_.side, blocks_.size_y - c);
    t.first = (flip_x ? blocks_.size_x - 1 - a : a) * blocks_.size_y + (flip_y ? blocks_.size_y - 1 - c : c);
    t.step_x = flip_x ? -blocks_.size_y : blocks_.size_y;
    t.step_y = flip_y ? -1 : 1;
    t.rows = std::min(s.rows, shape.key_width - row);
    t.columns = std::min(s.columns, s.values - column);
    t.query = call_.in.query.at(place.batch * nodes, place.head) + row;
    t.key = call_.in.key.at(place.batch * nodes, place.head) + row;
    t.query_stride = call_.in.query.row_stride;
    t.key_stride = call_.in.key.row_stride;
    t.value = shared_.packed.value + grid * nodes * s.values + column;
    t.values = s.values;
    t.factors = shared_.packed.factors + item * nodes * kGridFactors;
    t.down = memory + a * s.piece();
    t.right = memory + (blocks_.size_x + c) * s.piece();
    t.output = shared_.parts.output + row_part * nodes * s.values + column;
    t.add_output = !apart_ && row_slice > 0;
    t.add_query = !apart_ && column_slice > 0;
    t.add_factors = !apart_ && slice > 0;
    if (shared_.packed.output_gradient == nullptr) return t;
    t.output_gradient = shared_.packed.output_gradient + grid * nodes * s.values + column;
    const Index rows_part = (column_part * s.row_slices + row_slice) * nodes * s.rows;
    t.gradient_rows = s.rows;
    t.query_gradient = shared_.parts.query + rows_part;
    t.key_gradient = shared_.parts.key + rows_part;
    t.factor_gradients = shared_.parts.factors + part * nodes * kGridFactors;
    return t;
  }

  // Calls body(tile) for all blocks and slices, each after those it needs.
  template <class Body>
  void for_tiles(bool backward, T* states, const Body& body) const {
    const Index slices = shared_.slices.count();
    const Index of_task = apart_ ? 1 : slices;
    const Index tasks = call_.items() * slices / of_task;
    const Index crossing = of_task * frontier();
    const bool whole = tasks >= num_threads();  // a task has the whole grid
    const Cells cells = cut(whole);
    auto loan = call_.workspace.scratch.borrow();
    T* frontiers = whole ? nullptr : loan.reserve(static_cast<std::size_t>(tasks * crossing));
    if (!whole) std::fill_n(frontiers, tasks * crossing, T(0));
    for (Index d = 0; d < cells.diagonals(); ++d) {
      const Index count = cells.last(d) - cells.first(d);
      parallel_for_ranges(
          static_cast<std::size_t>(tasks * count), 1, [&](std::size_t begin, std::size_t end) {
            auto scratch = call_.workspace.scratch.borrow();
            T* inner = scratch.reserve(
                static_cast<std::size_t>((backward ? inner_size() : 0) + (whole ? crossing : 0)));
            for (auto i = static_cast<Index>(begin); i < static_cast<Index>(end); ++i) {
              const Index task = i / count, p = cells.first(d) + i % count;
              T* frontier = whole ? inner + (backward ? inner_size() : 0) : frontiers + task * crossing;
              if (whole) std::fill_n(frontier, crossing, T(0));
              const Work work{
                  task * of_task / slices, task * of_task % slices, of_task, frontier, inner, states};
              walk_cell(cells, backward, p, d - p, work, body);
            }
          });
    }
  }
  Cells cut(bool whole) const {
    if (whole) return {std::max(blocks_.count_x, blocks_.count_y), 1, 1};
    const Index side = std::max(Index{1}, 16 / blocks_.side);
    return {side, (blocks_.count_x + side - 1) / side, (blocks_.count_y + side - 1) / side};
  }

  // Some slices of an item.
  struct Work {
    Index item, first, count;
    T *frontier, *inner, *states;
  };

  template <class Body>
  void walk_cell(const Cells& cells, bool backward, Index cell_p, Index cell_q, const Work& work,
                 const Body& body) const {
    const auto ordered = [&](Index i, Index count) { return backward ? count - 1 - i : i; };
    const Index end_p = std::min((cell_p + 1) * cells.side, blocks_.count_x);
    const Index end_q = std::min((cell_q + 1) * cells.side, blocks_.count_y);
    for (Index i = cell_p * cells.side; i < end_p; ++i) {
      const Index p = ordered(i, blocks_.count_x);
      for (Index k = cell_q * cells.side; k < end_q; ++k) {
        const Index q = ordered(k, blocks_.count_y);
        const Index next = k + 1 < end_q ? ordered(k + 1, blocks_.count_y) : -1;
        for (Index s = 0; s < work.count; ++s) {
          GridTile<T> tile = tile_of(work.item, work.first + s, p, q, work.frontier + s * frontier());
          tile.inner = work.inner;
          tile.kept = kept(work, p, q, s);
          if (s + 1 < work.count) {
            tile.kept_ahead = kept(work, p, q, s + 1);
          } else if (next >= 0) {
            tile.kept_ahead = kept(work, p, next, 0);
          }
          if (next >= 0 && (next + 1) * blocks_.side <= blocks_.size_y)
            tile.ahead = (next - q) * blocks_.side * tile.step_y;
          body(tile);
        }
      }
    }
  }
  T* kept(const Work& work, Index p, Index q, Index slice) const {
    if (work.states == nullptr) return nullptr;
    const Index block = work.item * blocks_.count() + p * blocks_.count_y + q;
    return work.states +
           (block * shared_.slices.count() + work.first + slice) * slot_size(blocks_, shared_.slices);
  }

  const GridCall<T>& call_;
  const Blocks blocks_;
  // Slices are tasks of their own where grids, heads and orientations would not keep all threads equally
  // busy.
  const bool apart_;
  typename ScratchPool<T>::Loan loan_;
  const GridSliceMemory<T> shared_;
};

}  // namespace

template <class T>
std::size_t grid_sliced_states(const GridCall<T>& call, int levels) {
  const GridSlices slices = cut_grid_states<T>(call.shape());
  const Blocks blocks{call.shape().size_x, call.shape().size_y, Index{1} << levels};
  return static_cast<std::size_t>(call.items() * slices.count() * blocks.count() * slot_size(blocks, slices));
}

template <class T>
void grid_sliced_forward(const GridCall<T>& call, int levels, HeadRows<T> output, T* kept) {
  const Sliced<T> sliced(call, levels, false);
  sliced.pack(nullptr);
  sliced.forward(kept, true);
  const GridSum<T> sum = sliced.sum();
  for_grid_nodes(call, [&](Index row) { call.kernels.sum_output(sum, row, output); });
}

template <class T>
void grid_sliced_backward(const GridCall<T>& call, int levels, HeadRows<const T> output_gradient,
                          const GridGradients<T>& gradients, const T* kept) {
  const Sliced<T> sliced(call, levels, true);
  sliced.pack(&output_gradient);
  auto again = call.workspace.scratch.borrow();
  if (kept == nullptr) {
    T* states = again.reserve(grid_sliced_states(call, levels));
    sliced.forward(states, false);
    kept = states;
  }
  sliced.backward(kept);
  const GridSum<T> sum = sliced.sum();
  for_grid_nodes(call, [&](Index row) { call.kernels.sum_gradients(sum, row, gradients); });
}

#define PLSTM_INSTANTIATE(T)                                                                                 \
  template std::size_t grid_sliced_states<T>(const GridCall<T>&, int);                                       \
  template void grid_sliced_forward<T>(const GridCall<T>&, int, HeadRows<T>, T*);                            \
  template void grid_sliced_backward<T>(const GridCall<T>&, int, HeadRows<const T>, const GridGradients<T>&, \
                                        const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
