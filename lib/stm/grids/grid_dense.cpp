// The whole grid as one block: y = (G o (Q K^T)) V, one set of products for all orientations.
#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_block.hpp"

namespace plstm {

namespace {

template <class T>
GridRectangle whole_grid(const GridCall<T>& call) {
  return {0, 0, call.shape().size_x, call.shape().size_y};
}

// One grid and head. Where a row is a plain vector it is used where it lies.
template <class T>
class DenseGrid {
 public:
  DenseGrid(const GridCall<T>& call, std::size_t i, bool backward, T* memory)
      : call_(call), pieces_(memory), m_(call, whole_grid(call), backward, pieces_) {
    m_.paths.batch = static_cast<Index>(i) / call.shape().heads;
    m_.paths.head = static_cast<Index>(i) % call.shape().heads;
    const TrackingWidths& j = call.shape().tracking;
    m_.paths.packed = j.state == 1 && j.output == 1 && j.query == 1;
    orientations_[0] = m_.paths;
    for (Index o = 1; o < call.shape().orientations; ++o) {
      orientations_[o] = m_.paths;
      orientations_[o].orientation = o;
      orientations_[o].factors = pieces_.take(m_.nodes * kGridFactors);
      if (!backward || !keeps_paths(call)) continue;
      const Index rows = m_.nodes * call.shape().tracking.state * m_.paths.stride;
      orientations_[o].left = pieces_.take(rows);
      orientations_[o].up = pieces_.take(rows);
    }
  }

  static std::size_t size(const GridCall<T>& call, bool backward) {
    return DenseGrid(call, 0, backward, nullptr).pieces_.used();
  }

  void forward(HeadRows<T> output) {
    gates();
    scores();
    call_.kernels.gate_forward(m_.scores);
    const bool in_place = m_.output.tracking == 1;
    multiply<T>(gated(), Transpose::kNo, rows(call_.in.value, m_.value), Transpose::kNo,
                in_place ? in_memory(output, m_.output) : m_.lines(m_.output), Store::kReplace);
    if (!in_place) pack_rows(call_.shape(), m_.paths, m_.output, output, Store::kReplace);
  }

  void backward(HeadRows<const T> output_gradient, const GridGradients<T>& gradients) {
    const TrackingWidths& j = call_.shape().tracking;
    gates();
    scores();
    const MatrixView<const T> dy = rows(output_gradient, m_.output);
    multiply<T>(dy, Transpose::kNo, rows(call_.in.value, m_.value), Transpose::kYes,
                m_.square(m_.scores.back, j.output, j.value), Store::kReplace);
    call_.kernels.gate_backward(m_.scores);
    const MatrixView<const T> back = read_only(m_.square(m_.scores.score_gradients, j.query, j.key));
    add(gated(), Transpose::kYes, dy, gradients.value, m_.value_gradient);
    add(back, Transpose::kYes, rows(call_.in.query, m_.query), gradients.key, m_.key_gradient);
    add(back, Transpose::kNo, rows(call_.in.key, m_.key), gradients.query, m_.query_gradient);
    // Where they are not kept, the path sums of the last orientation are still there.
    for (Index o = call_.shape().orientations; o-- > 0;) {
      if (o + 1 < call_.shape().orientations && !keeps_paths(call_))
        call_.kernels.path_sums(call_.in, orientations_[o], GateRows::kNone);
      call_.kernels.path_gradients(call_.in, orientations_[o], gradients);
    }
    if (m_.paths.packed) call_.kernels.add_factors(call_.in, orientations_, gradients);
  }

 private:
  // Path sums of all orientations, as long as they fit the second cache; else all but the last are made again
  // for the way back.
  static bool keeps_paths(const GridCall<T>& call) {
    constexpr Index kMostBytes = 1 << 18;
    const GridShape& s = call.shape();
    const Index row = s.tracking.state * s.tracking.key * s.tracking.value * call.nodes();
    return 2 * s.orientations * s.tracking.state * call.nodes() * row * static_cast<Index>(sizeof(T)) <=
           kMostBytes;
  }
  template <class X>
  MatrixView<X> in_memory(const HeadRows<X>& rows, const UnpackedRows<T>& as) const {
    return {rows.at(m_.paths.batch * call_.nodes(), m_.paths.head), call_.nodes(), as.width, rows.row_stride};
  }
  MatrixView<const T> rows(const HeadRows<const T>& from, const UnpackedRows<T>& to) const {
    if (to.tracking == 1) return in_memory(from, to);
    unpack_rows(call_.shape(), m_.paths, from, to);
    return read_only(m_.lines(to));
  }
  MatrixView<const T> gated() const {
    const TrackingWidths& j = call_.shape().tracking;
    return read_only(m_.square(m_.scores.gated, j.output, j.value));
  }
  void gates() {
    if (m_.paths.packed) call_.kernels.pack_factors(call_.in, orientations_);
    for (Index o = 0; o < call_.shape().orientations; ++o)
      call_.kernels.path_sums(call_.in, orientations_[o], o == 0 ? GateRows::kReplace : GateRows::kAdd);
  }
  void scores() {
    const TrackingWidths& j = call_.shape().tracking;
    multiply<T>(rows(call_.in.query, m_.query), Transpose::kNo, rows(call_.in.key, m_.key), Transpose::kYes,
                m_.square(m_.scores.scores, j.query, j.key), Store::kReplace);
  }
  // gradient += op(left) right.
  void add(const MatrixView<const T>& left, Transpose transpose, const MatrixView<const T>& right,
           const HeadRows<T>& gradient, const UnpackedRows<T>& unpacked) {
    if (unpacked.tracking == 1)
      return multiply<T>(left, transpose, right, Transpose::kNo, in_memory(gradient, unpacked), Store::kAdd);
    multiply<T>(left, transpose, right, Transpose::kNo, m_.lines(unpacked), Store::kReplace);
    pack_rows(call_.shape(), m_.paths, unpacked, gradient, Store::kAdd);
  }

  const GridCall<T>& call_;
  Pieces<T> pieces_;
  BlockMemory<T> m_;
  GridPaths<T> orientations_[4];
};

template <class T, class Body>
void for_grids(const GridCall<T>& call, bool backward, const Body& body) {
  const auto count = static_cast<std::size_t>(call.shape().batch * call.shape().heads);
  const std::size_t size = DenseGrid<T>::size(call, backward);
  parallel_for_ranges(count, 1, [&](std::size_t begin, std::size_t end) {
    auto scratch = call.workspace.scratch.borrow();
    T* memory = scratch.reserve(size);
    for (std::size_t i = begin; i < end; ++i) body(DenseGrid<T>(call, i, backward, memory));
  });
}

}  // namespace

template <class T>
void grid_dense_forward(const GridCall<T>& call, HeadRows<T> output) {
  for_grids(call, false, [&](DenseGrid<T> grid) { grid.forward(output); });
}

template <class T>
void grid_dense_backward(const GridCall<T>& call, HeadRows<const T> output_gradient,
                         const GridGradients<T>& gradients) {
  for_grids(call, true, [&](DenseGrid<T> grid) { grid.backward(output_gradient, gradients); });
}

#define PLSTM_INSTANTIATE(T)                                            \
  template void grid_dense_forward<T>(const GridCall<T>&, HeadRows<T>); \
  template void grid_dense_backward<T>(const GridCall<T>&, HeadRows<const T>, const GridGradients<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
