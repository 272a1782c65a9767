// What lies between the matrix products of a chunk of a sequence: gates times queries and keys, scores times
// gates.
#include "core/hot_loops.hpp"
#include "core/panel_product.hpp"
#include "stm/sequences/sequence_widths.hpp"
#include "stm/shared/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
inline void set_scaled(T factor, const T* __restrict from, std::ptrdiff_t size, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] = factor * from[i];
}

// The highest level of a merged array.
template <class W, class T>
const T* top_source(W w, const ChunkGates<T>& gates) {
  return gates.source + gates.levels * w.jt() * w.kl() * gates.stride;
}
template <class W, class T>
const T* top_mark(W w, const ChunkGates<T>& gates) {
  return gates.mark + gates.levels * gates.stride * w.oj() * w.jt();
}

template <class W, class T>
void queries_fold(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> queries,
                  T* folded) {
  const T* mark = top_mark(w, gates);
  for (std::ptrdiff_t i = 0; i < gates.steps.count; ++i) {
    for (std::ptrdiff_t o = 0; o < w.jo(); ++o) {
      for (std::ptrdiff_t j = 0; j < w.jq(); ++j) {
        const T* query = queries.data + (i * w.jq() + j) * queries.stride;
        for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
          T* to = folded + ((i * w.jo() + o) * w.jt() + t) * view.key_width;
          const T m = mark[((i * w.jo() + o) * w.jq() + j) * w.jt() + t];
          j == 0 ? set_scaled(m, query, view.key_width, to) : add_scaled(m, query, view.key_width, to);
        }
      }
    }
  }
}

template <class W, class T>
void queries_unfold(W w, const SequenceView<T>& view, const ChunkGates<T>& gates,
                    SequenceRows<const T> queries, const T* dfolded, T* dmark, SequenceRows<T> dqueries) {
  const T* mark = top_mark(w, gates);
  for (std::ptrdiff_t i = 0; i < gates.steps.count; ++i) {
    for (std::ptrdiff_t o = 0; o < w.jo(); ++o) {
      for (std::ptrdiff_t j = 0; j < w.jq(); ++j) {
        const T* query = queries.data + (i * w.jq() + j) * queries.stride;
        T* dquery = dqueries.data + (i * w.jq() + j) * dqueries.stride;
        for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
          const T* d = dfolded + ((i * w.jo() + o) * w.jt() + t) * view.key_width;
          const std::ptrdiff_t m = ((i * w.jo() + o) * w.jq() + j) * w.jt() + t;
          dmark[m] = dot(d, query, view.key_width);
          add_scaled(mark[m], d, view.key_width, dquery);
        }
      }
    }
  }
}

// Calls f(folded row, key row, S, its index).
template <class W, class T, class F>
inline void for_keys(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, const F& f) {
  for (std::ptrdiff_t l = 0; l < w.jv(); ++l) {
    for (std::ptrdiff_t i = 0; i < gates.steps.count; ++i) {
      for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
        for (std::ptrdiff_t k = 0; k < w.jk(); ++k) {
          f(((l * gates.steps.count + i) * w.jt() + t) * view.key_width, k * gates.steps.count + i, k == 0,
            (t * w.kl() + k * w.jv() + l) * gates.stride + i);
        }
      }
    }
  }
}

template <class W, class T>
void keys_fold(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
               T* folded) {
  const T* source = top_source(w, gates);
  for_keys(w, view, gates, [&](std::ptrdiff_t to, std::ptrdiff_t row, bool first, std::ptrdiff_t s) {
    const T* key = keys.data + row * keys.stride;
    first ? set_scaled(source[s], key, view.key_width, folded + to)
          : add_scaled(source[s], key, view.key_width, folded + to);
  });
}

template <class W, class T>
void keys_unfold(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
                 const T* dfolded, T* dsource, SequenceRows<T> dkeys) {
  const T* source = top_source(w, gates);
  for_keys(w, view, gates, [&](std::ptrdiff_t from, std::ptrdiff_t row, bool, std::ptrdiff_t s) {
    dsource[s] = dot(dfolded + from, keys.data + row * keys.stride, view.key_width);
    add_scaled(source[s], dfolded + from, view.key_width, dkeys.data + row * dkeys.stride);
  });
}

template <class T>
inline void clear_range(std::ptrdiff_t begin, std::ptrdiff_t end, T* to) {
  for (std::ptrdiff_t i = begin; i < end; ++i) to[i] = 0;
}

template <class T>
inline void add_product(const T* __restrict a, const T* __restrict b, std::ptrdiff_t size, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] += a[i] * b[i];
}

template <class T>
inline void set_product(const T* __restrict a, const T* __restrict b, std::ptrdiff_t size, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] = a[i] * b[i];
}

// Where the rows of a step begin.
template <class W, class T>
struct TileRow {
  const W w;
  const std::ptrdiff_t stride, i, from;  // `from`: the step's index in the tile
  T* dense;

  std::ptrdiff_t scores(std::ptrdiff_t j, std::ptrdiff_t k) const {
    return ((from * w.jq() + j) * w.jk() + k) * stride;
  }
  std::ptrdiff_t weights(std::ptrdiff_t o, std::ptrdiff_t l) const {
    return ((from * w.jo() + o) * w.jv() + l) * stride;
  }
  T* gate(std::ptrdiff_t o, std::ptrdiff_t j, std::ptrdiff_t k, std::ptrdiff_t l) const {
    return dense + (((i * w.jo() + o) * w.jq() + j) * w.kl() + k * w.jv() + l) * stride;
  }
  template <class F>
  void each(const F& f) const {
    for (std::ptrdiff_t o = 0; o < w.jo(); ++o) {
      for (std::ptrdiff_t l = 0; l < w.jv(); ++l) {
        for (std::ptrdiff_t j = 0; j < w.jq(); ++j) {
          for (std::ptrdiff_t k = 0; k < w.jk(); ++k)
            f(scores(j, k), weights(o, l), gate(o, j, k, l), j + k == 0);
        }
      }
    }
  }
};

template <class W, class T>
void tile_forward(W w, const ChunkGates<T>& gates, const ChunkTile<T>& tile) {
  for (std::ptrdiff_t i = tile.begin; i < tile.end; ++i) {
    const TileRow<W, T> row{w, gates.stride, i, i - tile.begin, gates.dense};
    row.each([&](std::ptrdiff_t a, std::ptrdiff_t b, const T* gate, bool first) {
      if (first) {
        set_product(tile.scores + a, gate, i + 1, tile.weights + b);
        clear_range(i + 1, tile.columns, tile.weights + b);
      } else {
        add_product(tile.scores + a, gate, i + 1, tile.weights + b);
      }
    });
  }
}

template <class T>
inline void plain_backward(std::ptrdiff_t size, const T* __restrict scores, const T* __restrict dweights,
                           T* __restrict gate, T* __restrict weights, T* __restrict dscores) {
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const T a = scores[i], d = dweights[i], g = gate[i];
    weights[i] = a * g;
    dscores[i] = d * g;
    gate[i] = a * d;
  }
}

template <class T>
void tile_backward(PlainWidths, const ChunkGates<T>& gates, const ChunkTile<T>& tile) {
  for (std::ptrdiff_t i = tile.begin; i < tile.end; ++i) {
    const std::ptrdiff_t row = (i - tile.begin) * gates.stride;
    plain_backward(i + 1, tile.scores + row, tile.dweights + row, gates.dense + i * gates.stride,
                   tile.weights + row, tile.dscores + row);
    clear_range(i + 1, tile.columns, tile.weights + row);
    clear_range(i + 1, tile.columns, tile.dscores + row);
  }
}

template <class T>
void tile_backward(AnyWidths w, const ChunkGates<T>& gates, const ChunkTile<T>& tile) {
  tile_forward(w, gates, tile);
  for (std::ptrdiff_t i = tile.begin; i < tile.end; ++i) {
    const TileRow<AnyWidths, T> row{w, gates.stride, i, i - tile.begin, gates.dense};
    for (std::ptrdiff_t j = 0; j < w.jq(); ++j) {
      for (std::ptrdiff_t k = 0; k < w.jk(); ++k)
        clear_range(0, tile.columns, tile.dscores + row.scores(j, k));
    }
    row.each([&](std::ptrdiff_t a, std::ptrdiff_t b, T* gate, bool) {
      add_product(tile.dweights + b, static_cast<const T*>(gate), i + 1, tile.dscores + a);
      set_product(tile.dweights + b, tile.scores + a, i + 1, gate);
    });
  }
}

template <class T>
void state_step(const StateStep<T>& step) {
  for (std::ptrdiff_t t = 0; t < step.planes; ++t) {
    for (std::ptrdiff_t x = 0; x < step.planes; ++x)
      add_scaled(step.factor[t * step.to_stride + x * step.from_stride],
                 step.from + x * step.plane_size + step.begin, step.end - step.begin,
                 step.to + t * step.plane_size + step.begin);
  }
}

template <class T>
void gather_planes(const HeadRows<const T>& rows, const Steps& steps, std::ptrdiff_t width,
                   std::ptrdiff_t planes, bool planes_first, T* to) {
  const std::ptrdiff_t step = planes_first ? width : planes * width,
                       plane = planes_first ? steps.count * width : width;
  for (std::ptrdiff_t i = 0; i < steps.count; ++i) {
    const T* from = at(rows, steps.first + i, steps.head);
    if (planes == 1) {
      set_scaled(T(1), from, width, to + i * width);
      continue;
    }
    for (std::ptrdiff_t d = 0; d < width; ++d) {
      for (std::ptrdiff_t p = 0; p < planes; ++p) to[i * step + p * plane + d] = from[d * planes + p];
    }
  }
}

template <class T>
void scatter_planes(const T* from, const Steps& steps, std::ptrdiff_t width, std::ptrdiff_t planes,
                    bool planes_first, bool add, const HeadRows<T>& rows) {
  const std::ptrdiff_t step = planes_first ? width : planes * width,
                       plane = planes_first ? steps.count * width : width;
  for (std::ptrdiff_t i = 0; i < steps.count; ++i) {
    T* to = at(rows, steps.first + i, steps.head);
    for (std::ptrdiff_t d = 0; d < width; ++d) {
      for (std::ptrdiff_t p = 0; p < planes; ++p) {
        const T x = from[i * step + p * plane + d];
        to[d * planes + p] = add ? to[d * planes + p] + x : x;
      }
    }
  }
}

template <class T>
void fold_queries(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> queries,
                  T* folded) {
  with_widths(view, [&](auto w) { queries_fold(w, view, gates, queries, folded); });
}

template <class T>
void unfold_queries(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> queries,
                    const T* dfolded, T* dmark, SequenceRows<T> dqueries) {
  with_widths(view, [&](auto w) { queries_unfold(w, view, gates, queries, dfolded, dmark, dqueries); });
}

template <class T>
void fold_keys(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
               T* folded) {
  with_widths(view, [&](auto w) { keys_fold(w, view, gates, keys, folded); });
}

template <class T>
void unfold_keys(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
                 const T* dfolded, T* dsource, SequenceRows<T> dkeys) {
  with_widths(view, [&](auto w) { keys_unfold(w, view, gates, keys, dfolded, dsource, dkeys); });
}

template <class T>
void combine_forward(const SequenceView<T>& view, const ChunkGates<T>& gates, const ChunkTile<T>& tile) {
  with_widths(view, [&](auto w) { tile_forward(w, gates, tile); });
}

template <class T>
void combine_backward(const SequenceView<T>& view, const ChunkGates<T>& gates, const ChunkTile<T>& tile) {
  with_widths(view, [&](auto w) { tile_backward(w, gates, tile); });
}

template <class T>
void transpose_rows(SequenceRows<const T> rows, std::ptrdiff_t count, std::ptrdiff_t width,
                    std::ptrdiff_t stride, T* to) {
  pack_panel_transposed(width, count, stride, rows.data, rows.stride, to);
}

template <class T>
void state_dots(std::ptrdiff_t planes, std::ptrdiff_t plane_size, const T* a, const T* b, T* to) {
  for (std::ptrdiff_t t = 0; t < planes; ++t) {
    for (std::ptrdiff_t x = 0; x < planes; ++x)
      to[t * planes + x] = dot(a + t * plane_size, b + x * plane_size, plane_size);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
SequenceChunkKernels<T> SequenceChunkKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.fold_queries = isa::fold_queries<T>,
          .unfold_queries = isa::unfold_queries<T>,
          .fold_keys = isa::fold_keys<T>,
          .unfold_keys = isa::unfold_keys<T>,
          .combine_forward = isa::combine_forward<T>,
          .combine_backward = isa::combine_backward<T>,
          .gather_planes = isa::gather_planes<T>,
          .scatter_planes = isa::scatter_planes<T>,
          .transpose_rows = isa::transpose_rows<T>,
          .state_step = isa::state_step<T>,
          .state_dots = isa::state_dots<T>};
}

template SequenceChunkKernels<float> SequenceChunkKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template SequenceChunkKernels<double> SequenceChunkKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
