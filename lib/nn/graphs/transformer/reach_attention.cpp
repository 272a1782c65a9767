#include "plstm/nn/graphs/transformer/reach_attention.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <plstm/core/parallel.hpp>
#include <plstm/core/scratch.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// Nodes of a task.
constexpr std::size_t kNodes = 16;

// On a tape, for the rows of one node at a time.
template <class T>
struct AttentionScratch {
  ScratchPool<T> pool;
};

// What the passes read, and the numbers that they share: log of the sum of exp(score), and dy . y, of each node and head.
template <class T>
struct ReachCall {
  const Reachability* reach;
  ScratchPool<T>* pool;
  Index heads, width;  // H, d
  const T* qkv;
  T *log_sums, *dots;  // [N, H]

  Index columns() const { return heads * width; }
  T scale() const { return T(1) / std::sqrt(static_cast<T>(width)); }
  const T* query(Index n) const { return qkv + n * 3 * columns(); }
  const T* key(Index n) const { return query(n) + columns(); }
  const T* value(Index n) const { return query(n) + 2 * columns(); }

  template <class Body>
  void for_nodes(Index scratch, const Body& body) const {
    parallel_for_ranges(static_cast<std::size_t>(reach->num_nodes()), kNodes,
                        [&](std::size_t begin, std::size_t end) {
                          auto loan = pool->borrow();
                          T* memory = loan.reserve(static_cast<std::size_t>(scratch));
                          for (std::size_t n = begin; n < end; ++n) body(static_cast<NodeId>(n), memory);
                        });
  }
};

template <class T>
void attend(const ReachCall<T>& call, Index most_seen, T* y) {
  const Index heads = call.heads;
  const LayerKernels<T>& k = layer_kernels<T>();
  call.for_nodes((most_seen + 2) * heads, [&](NodeId n, T* memory) {
    T *largest = memory, *sums = memory + heads, *weights = memory + 2 * heads;
    std::fill_n(largest, heads, std::numeric_limits<T>::lowest());
    std::fill_n(sums, heads, T(0));
    T* w = weights;
    call.reach->for_each(n, [&](NodeId u) {
      k.head_dots(heads, call.width, call.query(n), call.key(u), w);
      for (Index h = 0; h < heads; ++h) largest[h] = std::max(largest[h], w[h] *= call.scale());
      w += heads;
    });
    for (T* p = weights; p != w; p += heads) {
      for (Index h = 0; h < heads; ++h) sums[h] += p[h] = std::exp(p[h] - largest[h]);
    }
    for (T* p = weights; p != w; p += heads) {
      for (Index h = 0; h < heads; ++h) p[h] /= sums[h];
    }
    T* to = y + n * call.columns();
    std::fill_n(to, call.columns(), T(0));
    w = weights;
    call.reach->for_each(n, [&](NodeId u) {
      k.add_scaled_heads(heads, call.width, w, call.value(u), to);
      w += heads;
    });
    for (Index h = 0; h < heads; ++h) call.log_sums[n * heads + h] = largest[h] + std::log(sums[h]);
  });
}

// The weight alpha_nu and the gradient of its score, head by head.
template <class T>
void weigh(const ReachCall<T>& call, NodeId n, NodeId u, const T* dy, T* alpha, T* score) {
  const LayerKernels<T>& k = layer_kernels<T>();
  k.head_dots(call.heads, call.width, call.query(n), call.key(u), alpha);
  k.head_dots(call.heads, call.width, dy + n * call.columns(), call.value(u), score);
  for (Index h = 0; h < call.heads; ++h) {
    alpha[h] = std::exp(alpha[h] * call.scale() - call.log_sums[n * call.heads + h]);
    score[h] = alpha[h] * (score[h] - call.dots[n * call.heads + h]) * call.scale();
  }
}

// dqkv (+)= ...; a node gathers what it looks at, and then, with the sides exchanged, those that look at it.
template <class T>
void attend_backward(const ReachCall<T>& call, const T* dy, const GradientPlace<T>& place) {
  const Index heads = call.heads, columns = call.columns();
  const LayerKernels<T>& k = layer_kernels<T>();
  call.for_nodes(2 * heads, [&](NodeId n, T* alpha) {
    T* score = alpha + heads;
    T* dq = place.data + n * 3 * columns;
    if (place.store == Store::kReplace) std::fill_n(dq, 3 * columns, T(0));
    call.reach->for_each(n, [&](NodeId u) {
      weigh(call, n, u, dy, alpha, score);
      k.add_scaled_heads(heads, call.width, score, call.key(u), dq);
      weigh(call, u, n, dy, alpha, score);
      k.add_scaled_heads(heads, call.width, score, call.query(u), dq + columns);
      k.add_scaled_heads(heads, call.width, alpha, dy + u * columns, dq + 2 * columns);
    });
  });
}

}  // namespace

template <class T>
Var<T> reach_attention(Tape<T>& tape, const Reachability& reach, Var<T> qkv, Index heads) {
  const Index nodes = reach.num_nodes();
  const Index width = heads > 0 ? qkv.cols / (3 * heads) : 0;
  check_shape("reach_attention", "qkv", {qkv.rows, qkv.cols}, {nodes, 3 * heads * width});
  const Var<T> y = tape.make(nodes, heads * width);
  const ReachCall<T> call{&reach,
                          &tape.template workspace<AttentionScratch<T>>().pool,
                          heads,
                          width,
                          qkv.value,
                          tape.template keep<T>(nodes * heads),
                          tape.template keep<T>(nodes * heads)};
  attend(call, std::min<Index>(nodes, Reachability::kMostNodes), y.value);
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (qkv.gradient == nullptr) return;
    for (Index n = 0; n < nodes; ++n) {
      layer_kernels<T>().head_dots(heads, width, dy + n * y.cols, y.value + n * y.cols,
                                   call.dots + n * heads);
    }
    attend_backward(call, dy, tape.gradient_to_write(qkv));
  });
  return y;
}

template <class T>
Var<T> depth_encodings(Tape<T>& tape, const NodeLevels& levels, Index width) {
  const Var<T> encoding = tape.make_constant(levels.num_nodes(), width);
  T* row = tape.template keep<T>(width);
  for (std::int32_t l = 0; l < levels.num_levels(); ++l) {
    for (Index c = 0; c < width; ++c) {
      const double angle =
          l * std::pow(10000.0, -static_cast<double>(c - c % 2) / static_cast<double>(width));
      row[c] = static_cast<T>(c % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
    const auto at = static_cast<std::size_t>(l);
    for (std::int32_t i = levels.level_offsets[at]; i < levels.level_offsets[at + 1]; ++i)
      std::copy_n(row, width, encoding.value + levels.nodes[static_cast<std::size_t>(i)] * width);
  }
  return encoding;
}

#define PLSTM_INSTANTIATE(T)                                                        \
  template Var<T> reach_attention<T>(Tape<T>&, const Reachability&, Var<T>, Index); \
  template Var<T> depth_encodings<T>(Tape<T>&, const NodeLevels&, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
