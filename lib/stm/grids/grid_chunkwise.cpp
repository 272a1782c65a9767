// Blocks of nodes with states on their borders: dense products inside, and from border to border; a block
// needs those to its left and above. Blocks of an anti-diagonal are independent.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_block.hpp"

namespace plstm {

namespace {

// How a grid is cut. Block (p, q) counts along the orientation; those at the end of x or y may be smaller.
struct Blocks {
  Index side, count_x, count_y;
  Index slot;  // elements of the states on the borders of one block

  template <class T>
  Blocks(const GridCall<T>& call, int levels)
      : side(Index{1} << levels),
        count_x((call.shape().size_x + side - 1) / side),
        count_y((call.shape().size_y + side - 1) / side),
        slot(2 * side * call.state_size()) {}

  Index count() const { return count_x * count_y; }
  Index diagonals() const { return count_x + count_y - 1; }
  // First and last + 1 block (p, d - p) of diagonal d.
  Index first(Index d) const { return std::max(Index{0}, d - count_y + 1); }
  Index last(Index d) const { return std::min(count_x, d + 1); }

  GridRectangle rectangle(const GridShape& shape, Index orientation, Index p, Index q) const {
    const Index x = ((orientation & 1) != 0 ? count_x - 1 - p : p) * side;
    const Index y = ((orientation & 2) != 0 ? count_y - 1 - q : q) * side;
    return {x,
            y,
            std::min(side, shape.size_x - x),
            std::min(side, shape.size_y - y),
            p > 0,
            q > 0,
            p + 1 < count_x,
            q + 1 < count_y};
  }
};

// In which order an item's blocks are computed. Row after row the states between them stay in cache; those of
// an anti-diagonal can run side by side.
enum class Order { kRows, kDiagonals };

// Where the items alone do not keep all threads equally busy, blocks have to.
template <class T>
Order choose_order(const GridCall<T>& call) {
  const Index threads = num_threads();
  return call.items() % threads == 0 || call.items() > 4 * threads ? Order::kRows : Order::kDiagonals;
}

// States of one item on the borders of blocks: of all blocks, or of two rows or diagonals in turn.
template <class T>
struct Slots {
  T* data;
  const Blocks* blocks;
  bool all;
  Order order;

  static Index size(const Blocks& blocks, bool all) {
    return (all ? blocks.count() : 2 * std::max(blocks.count_x, blocks.count_y)) * blocks.slot;
  }
  T* at(Index p, Index q) const {
    if (all) return data + (p * blocks->count_y + q) * blocks->slot;
    if (order == Order::kRows) return data + (p % 2 * blocks->count_y + q) * blocks->slot;
    return data + ((p + q) % 2 * blocks->count_x + p) * blocks->slot;
  }
};

// One block. States lie in the slot of the block they enter, from the left first, adjoints in that of the
// block which the states leave, to the right first.
template <class T>
class Block {
 public:
  Block(const GridCall<T>& call, const Blocks& blocks, std::size_t item, Index p, Index q, bool backward,
        T* memory)
      : call_(call),
        blocks_(blocks),
        item_(grid_item(call.shape(), item)),
        p_(p),
        q_(q),
        r_(blocks.rectangle(call.shape(), item_.orientation, p, q)),
        pieces_(memory),
        m_(call, r_, backward, pieces_),
        in_(r_.states_in() * j_.state),
        out_(r_.states_out() * j_.state) {
    m_.paths.batch = item_.batch;
    m_.paths.head = item_.head;
    m_.paths.orientation = item_.orientation;
  }

  static std::size_t size(const GridCall<T>& call, const Blocks& blocks, bool backward) {
    Pieces<T> pieces(nullptr);
    const BlockMemory<T> memory(call, {0, 0, blocks.side, blocks.side, true, true, true, true}, backward,
                                pieces);
    return pieces.used();
  }

  // Outputs, [size_x, size_y, JO, V] of the item at `y` or where they belong, unless `output` is null, and
  // the states that leave.
  void forward(const Slots<T>& states, const HeadRows<T>* output, T* y) {
    call_.kernels.path_sums(call_.in, m_.paths, GateRows::kReplace);
    unpack_rows(call_.shape(), m_.paths, call_.in.key, m_.key);
    unpack_rows(call_.shape(), m_.paths, call_.in.value, m_.value);
    if (output != nullptr) read(states.at(p_, q_), *output, y);
    call_.kernels.border_forward(writes(m_.write));
    for_out(states, [&](T* to, Index first, Index count) {
      multiply<T>(read_only(written(m_.write, first, count)), Transpose::kYes, read_only(m_.lines(m_.value)),
                  Transpose::kNo, {to, count * keys_, values_, values_}, Store::kReplace);
      multiply<T>(border_rows(first, count), Transpose::kNo, state_rows(states.at(p_, q_)), Transpose::kNo,
                  {to, count, keys_ * values_, keys_ * values_}, Store::kAdd);
    });
  }

  // Gradients, given the states that enter and the adjoints of those that leave, and the adjoints of the
  // former.
  void backward(const Slots<T>& states, const Slots<T>& adjoints, HeadRows<const T> output_gradient,
                const GridGradients<T>& gradients, const GridNodeGradients<T>* nodes) {
    prepare_backward(output_gradient);
    const MatrixView<const T> dy = read_only(m_.lines(m_.output));
    const MatrixView<const T> key = read_only(m_.lines(m_.key));
    const MatrixView<const T> query = read_only(m_.lines(m_.query));
    const MatrixView<T> back = m_.square(m_.scores.score_gradients, j_.query, j_.key);
    multiply<T>(read_only(m_.square(m_.scores.gated, j_.output, j_.value)), Transpose::kYes, dy,
                Transpose::kNo, m_.lines(m_.value_gradient), Store::kReplace);
    multiply<T>(read_only(back), Transpose::kNo, key, Transpose::kNo, m_.lines(m_.query_gradient),
                Store::kReplace);
    multiply<T>(read_only(back), Transpose::kYes, query, Transpose::kNo, m_.lines(m_.key_gradient),
                Store::kReplace);
    leave_back(states, adjoints);
    enter_back(states);
    call_.kernels.path_gradients(call_.in, m_.paths, gradients);
    store(gradients, nodes);
  }

 private:
  void read(const T* states, const HeadRows<T>& output, T* y) {
    unpack_rows(call_.shape(), m_.paths, call_.in.query, m_.query);
    scores();
    call_.kernels.gate_forward(m_.scores);
    multiply<T>(read_only(m_.square(m_.scores.gated, j_.output, j_.value)), Transpose::kNo,
                read_only(m_.lines(m_.value)), Transpose::kNo, m_.lines(m_.output), Store::kReplace);
    if (in_ > 0) {
      call_.kernels.border_forward(reads(m_.read));
      multiply<T>(read_only(was_read(m_.read, 0, in_)), Transpose::kNo,
                  {states, in_ * keys_, values_, values_}, Transpose::kNo, m_.lines(m_.output), Store::kAdd);
    }
    if (y == nullptr) return pack_rows(call_.shape(), m_.paths, m_.output, output, Store::kReplace);
    copy_lines(m_.output, y);
  }

  void scores() {
    multiply<T>(read_only(m_.lines(m_.query)), Transpose::kNo, read_only(m_.lines(m_.key)), Transpose::kYes,
                m_.square(m_.scores.scores, j_.query, j_.key), Store::kReplace);
  }

  void transpose(const UnpackedRows<T>& rows, T* to) const {
    call_.kernels.transpose(rows.data, m_.nodes * rows.tracking, rows.width, to);
  }
  MatrixView<const T> columns(const UnpackedRows<T>& of, const T* data) const {
    return {data, of.width, m_.nodes * of.tracking, m_.nodes * of.tracking};
  }

  void prepare_backward(const HeadRows<const T>& output_gradient) {
    call_.kernels.path_sums(call_.in, m_.paths, GateRows::kReplace);
    unpack_rows(call_.shape(), m_.paths, call_.in.query, m_.query);
    unpack_rows(call_.shape(), m_.paths, call_.in.key, m_.key);
    unpack_rows(call_.shape(), m_.paths, call_.in.value, m_.value);
    unpack_rows(call_.shape(), m_.paths, output_gradient, m_.output);
    transpose(m_.query, m_.query_columns);
    transpose(m_.key, m_.key_columns);
    transpose(m_.value, m_.value_columns);
    transpose(m_.output, m_.output_columns);
    multiply<T>(read_only(m_.lines(m_.query)), Transpose::kNo, columns(m_.key, m_.key_columns),
                Transpose::kNo, m_.square(m_.scores.scores, j_.query, j_.key), Store::kReplace);
    multiply<T>(read_only(m_.lines(m_.output)), Transpose::kNo, columns(m_.value, m_.value_columns),
                Transpose::kNo, m_.square(m_.scores.back, j_.output, j_.value), Store::kReplace);
    call_.kernels.gate_backward(m_.scores);
    call_.kernels.border_forward(reads(m_.read));
    call_.kernels.border_forward(writes(m_.write));
  }

  // From the adjoints of the states that leave: to those that enter, to what the nodes wrote, and to the path
  // sums that lead out.
  void leave_back(const Slots<T>& states, const Slots<T>& adjoints) {
    const T* leaving = adjoints.at(p_, q_);
    for_in(adjoints, [&](T* to, Index first, Index count) {
      multiply<T>(read_only(was_read(m_.read, first, count)), Transpose::kYes, read_only(m_.lines(m_.output)),
                  Transpose::kNo, {to, count * keys_, values_, values_}, Store::kReplace);
      if (out_ == 0) return;
      const T* factors = m_.paths.out + m_.paths.columns + first;
      multiply<T>({factors, out_, count, m_.paths.stride}, Transpose::kYes,
                  {leaving, out_, keys_ * values_, keys_ * values_}, Transpose::kNo,
                  {to, count, keys_ * values_, keys_ * values_}, Store::kAdd);
    });
    if (out_ == 0) return;
    multiply<T>(read_only(written(m_.write, 0, out_)), Transpose::kNo,
                {leaving, out_ * keys_, values_, values_}, Transpose::kNo, m_.lines(m_.value_gradient),
                Store::kAdd);
    multiply<T>({leaving, out_ * keys_, values_, values_}, Transpose::kNo,
                columns(m_.value, m_.value_columns), Transpose::kNo,
                {m_.write_gradient, out_ * keys_, m_.nodes * j_.value, m_.nodes * j_.value}, Store::kReplace);
    call_.kernels.border_backward(writes(m_.write_gradient));
    call_.kernels.dots({out_, in_, keys_ * values_, leaving, states.at(p_, q_),
                        m_.paths.out + m_.paths.columns, m_.paths.stride});
  }

  // From the outputs to the path sums that read the states that enter.
  void enter_back(const Slots<T>& states) {
    if (in_ == 0) return;
    multiply<T>({states.at(p_, q_), in_ * keys_, values_, values_}, Transpose::kNo,
                columns(m_.output, m_.output_columns), Transpose::kNo,
                {m_.read_gradient, in_ * keys_, m_.nodes * j_.output, m_.nodes * j_.output}, Store::kReplace);
    call_.kernels.border_backward(reads(m_.read_gradient));
  }

  void store(const GridGradients<T>& gradients, const GridNodeGradients<T>* nodes) {
    if (nodes != nullptr) {
      copy_lines(m_.query_gradient, nodes->query);
      copy_lines(m_.key_gradient, nodes->key);
      copy_lines(m_.value_gradient, nodes->value);
      return;
    }
    pack_rows(call_.shape(), m_.paths, m_.query_gradient, gradients.query, Store::kAdd);
    pack_rows(call_.shape(), m_.paths, m_.key_gradient, gradients.key, Store::kAdd);
    pack_rows(call_.shape(), m_.paths, m_.value_gradient, gradients.value, Store::kAdd);
  }

  // Lines of the block's nodes to those of the item's.
  void copy_lines(const UnpackedRows<T>& from, T* to) const {
    const Index size = from.width * from.tracking;
    for (Index x = 0; x < r_.size_x; ++x)
      std::copy_n(from.data + x * r_.size_y * size, r_.size_y * size,
                  to + ((r_.x + x) * call_.shape().size_y + r_.y) * size);
  }

  GridBorder<T> reads(T* weighted) const {
    const Index stride = m_.paths.stride;
    return {m_.nodes,
            j_.output,
            j_.query,
            in_,
            keys_,
            m_.paths.gate + m_.paths.columns,
            j_.output * j_.query * stride,
            j_.query * stride,
            stride,
            1,
            m_.query.data,
            weighted,
            m_.query_gradient.data,
            m_.query_columns,
            call_.scale};
  }
  GridBorder<T> writes(T* weighted) const {
    return {
        m_.nodes, j_.value, j_.key,          out_,        keys_,    m_.paths.out,         j_.key * j_.value,
        1,        j_.value, m_.paths.stride, m_.key.data, weighted, m_.key_gradient.data, m_.key_columns,
        T(1)};
  }
  // Columns of `first` and on, K each.
  MatrixView<T> was_read(T* data, Index first, Index count) const {
    return {data + first * keys_, m_.nodes * j_.output, count * keys_, in_ * keys_};
  }
  MatrixView<T> written(T* data, Index first, Index count) const {
    return {data + first * keys_, m_.nodes * j_.value, count * keys_, out_ * keys_};
  }
  MatrixView<const T> border_rows(Index first, Index count) const {
    return {m_.paths.out + first * m_.paths.stride + m_.paths.columns, count, in_, m_.paths.stride};
  }
  MatrixView<const T> state_rows(const T* states) const {
    return {states, in_, keys_ * values_, keys_ * values_};
  }

  // Calls body(slot, first state, states) for the states that leave to the right and down.
  template <class Body>
  void for_out(const Slots<T>& states, const Body& body) const {
    const Index right = r_.to_right ? r_.size_y * j_.state : 0;
    if (r_.to_right) body(states.at(p_ + 1, q_), 0, right);
    if (r_.to_down) body(states.at(p_, q_ + 1) + down_offset(), right, r_.size_x * j_.state);
  }
  // The same for those that come from the left and from above: their adjoints.
  template <class Body>
  void for_in(const Slots<T>& adjoints, const Body& body) const {
    const Index left = r_.from_left ? r_.size_y * j_.state : 0;
    if (r_.from_left) body(adjoints.at(p_ - 1, q_), 0, left);
    if (r_.from_up) body(adjoints.at(p_, q_ - 1) + up_offset(), left, r_.size_x * j_.state);
  }
  // Where the states from above start in the slot of the block below, behind those from its left.
  Index down_offset() const {
    const GridRectangle below = blocks_.rectangle(call_.shape(), item_.orientation, p_, q_ + 1);
    return (below.from_left ? below.size_y : 0) * call_.state_size();
  }
  Index up_offset() const {
    const GridRectangle above = blocks_.rectangle(call_.shape(), item_.orientation, p_, q_ - 1);
    return (above.to_right ? above.size_y : 0) * call_.state_size();
  }

  const GridCall<T>& call_;
  const Blocks& blocks_;
  const TrackingWidths& j_ = call_.shape().tracking;
  const Index keys_ = call_.shape().key_width;
  const Index values_ = call_.shape().value_width;
  const GridItem item_;
  const Index p_, q_;
  const GridRectangle r_;
  Pieces<T> pieces_;
  BlockMemory<T> m_;
  const Index in_, out_;  // states, times JT
};

// Calls body(item, p, q, scratch) for all blocks, each after those it needs.
template <class T, class Body>
void for_blocks(const GridCall<T>& call, const Blocks& blocks, Order order, bool backward, const Body& body) {
  const auto items = static_cast<std::size_t>(call.items());
  const std::size_t size = Block<T>::size(call, blocks, backward);
  if (order == Order::kRows) {
    parallel_for_ranges(items, 1, [&](std::size_t begin, std::size_t end) {
      auto scratch = call.workspace.scratch.borrow();
      T* memory = scratch.reserve(size);
      for (std::size_t item = begin; item < end; ++item) {
        for (Index i = 0; i < blocks.count(); ++i) {
          const Index block = backward ? blocks.count() - 1 - i : i;
          body(item, block / blocks.count_y, block % blocks.count_y, memory);
        }
      }
    });
    return;
  }
  for (Index i = 0; i < blocks.diagonals(); ++i) {
    const Index d = backward ? blocks.diagonals() - 1 - i : i;
    const Index first = blocks.first(d);
    const auto count = static_cast<std::size_t>(blocks.last(d) - first);
    parallel_for_ranges(items * count, 1, [&](std::size_t begin, std::size_t end) {
      auto scratch = call.workspace.scratch.borrow();
      T* memory = scratch.reserve(size);
      for (std::size_t k = begin; k < end; ++k) {
        const Index p = first + static_cast<Index>(k % count);
        body(k / count, p, d - p, memory);
      }
    });
  }
}

template <class T>
std::size_t slots_size(const GridCall<T>& call, const Blocks& blocks, bool all) {
  return static_cast<std::size_t>(call.items() * Slots<T>::size(blocks, all));
}

template <class T>
Slots<T> slots_of(const Blocks& blocks, Order order, T* memory, std::size_t item, bool all) {
  return {memory + static_cast<Index>(item) * Slots<T>::size(blocks, all), &blocks, all, order};
}

}  // namespace

template <class T>
std::size_t grid_chunkwise_states(const GridCall<T>& call, int levels) {
  return slots_size(call, Blocks(call, levels), true);
}

template <class T>
void grid_chunkwise_forward(const GridCall<T>& call, int levels, HeadRows<T> output, T* kept) {
  const Blocks blocks(call, levels);
  const Order order = choose_order(call);
  const bool all = kept != nullptr;
  auto frontier = call.workspace.scratch.borrow();
  T* states = all ? kept : frontier.reserve(slots_size(call, blocks, false));
  const Index size = call.nodes() * call.output_size();
  const bool in_place = call.shape().orientations == 1;
  auto outputs = call.workspace.scratch.borrow();
  T* y = in_place ? nullptr : outputs.reserve(static_cast<std::size_t>(call.items() * size));
  for_blocks(call, blocks, order, false, [&](std::size_t item, Index p, Index q, T* memory) {
    Block<T>(call, blocks, item, p, q, false, memory)
        .forward(slots_of(blocks, order, states, item, all), &output,
                 in_place ? nullptr : y + static_cast<Index>(item) * size);
  });
  if (!in_place) gather_outputs(call, y, output);
}

template <class T>
void grid_chunkwise_backward(const GridCall<T>& call, int levels, HeadRows<const T> output_gradient,
                             const GridGradients<T>& gradients, const T* kept) {
  const Blocks blocks(call, levels);
  const Order order = choose_order(call);
  auto again = call.workspace.scratch.borrow();
  // Kept states are only read.
  T* states = kept != nullptr ? const_cast<T*>(kept) : again.reserve(slots_size(call, blocks, true));
  if (kept == nullptr) {
    for_blocks(call, blocks, order, false, [&](std::size_t item, Index p, Index q, T* memory) {
      Block<T>(call, blocks, item, p, q, false, memory)
          .forward(slots_of(blocks, order, states, item, true), nullptr, nullptr);
    });
  }
  auto frontier = call.workspace.scratch.borrow();
  T* adjoints = frontier.reserve(slots_size(call, blocks, false));
  const bool in_place = call.shape().orientations == 1;
  auto node_gradients = call.workspace.scratch.borrow();
  T* nodes = in_place ? nullptr
                      : node_gradients.reserve(static_cast<std::size_t>(call.items() * call.nodes() *
                                                                        call.node_gradient_size()));
  for_blocks(call, blocks, order, true, [&](std::size_t item, Index p, Index q, T* memory) {
    const GridNodeGradients<T> of_item =
        in_place ? GridNodeGradients<T>{} : node_gradients_of(call, nodes, item);
    Block<T>(call, blocks, item, p, q, true, memory)
        .backward(slots_of(blocks, order, states, item, true), slots_of(blocks, order, adjoints, item, false),
                  output_gradient, gradients, in_place ? nullptr : &of_item);
  });
  if (!in_place) gather_node_gradients(call, nodes, gradients);
}

#define PLSTM_INSTANTIATE(T)                                                           \
  template std::size_t grid_chunkwise_states<T>(const GridCall<T>&, int);              \
  template void grid_chunkwise_forward<T>(const GridCall<T>&, int, HeadRows<T>, T*);   \
  template void grid_chunkwise_backward<T>(const GridCall<T>&, int, HeadRows<const T>, \
                                           const GridGradients<T>&, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
