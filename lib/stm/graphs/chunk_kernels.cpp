// The dense products that take the place of states inside a chunk (docs/operator.md, sections 3 and 4). A
// chunk that is a whole part has no borders: the closed form y = (G o (Q K^T)) V. All matrices of one chunk
// and head are copied into scratch with rows padded to whole vectors, so that every inner loop is a run of
// full vector operations.
#include "stm/graphs/path_sums.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
void add_rows(const T* __restrict from, std::ptrdiff_t stride, std::ptrdiff_t width, const HeadRows<T>& to,
              const Chunk& chunk, std::ptrdiff_t head) {
  for (std::ptrdiff_t i = 0; i < chunk.num_nodes; ++i) {
    T* __restrict row = at(to, node_of(chunk, i), head);
    for (std::ptrdiff_t j = 0; j < width; ++j) row[j] += from[i * stride + j];
  }
}

// scores = Q K^T.
template <class T>
void make_scores(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, const Scratch<T>& s) {
  pack_rows(view.query, chunk, head, view.key_width, s.key_stride, s.query);
  pack_columns(view.key, chunk, head, view.key_width, s.node_stride, s.key_columns);
  small_product<T>(s.nodes, s.node_stride, view.key_width, s.query, s.key_stride, 1, s.key_columns,
                   s.node_stride, s.scores, s.node_stride);
}

// state [K, V] = sum over nodes of factor[n * stride] left_n right_n^T with left as columns, right as rows.
template <class T>
void sum_of_outer_products(const OperatorView<T>& view, const Scratch<T>& s, const T* factor,
                           std::ptrdiff_t stride, const T* __restrict left_columns, const T* right,
                           T* __restrict state) {
  for (std::ptrdiff_t k = 0; k < view.key_width; ++k) {
    for (std::ptrdiff_t n = 0; n < s.nodes; ++n)
      s.scaled[k * s.node_stride + n] = factor[n * stride] * left_columns[k * s.node_stride + n];
  }
  const bool whole = view.value_width == s.value_stride;
  T* product = whole ? state : s.result;
  small_product<T>(view.key_width, s.value_stride, s.nodes, s.scaled, s.node_stride, 1, right, s.value_stride,
                   product, s.value_stride);
  if (whole) return;
  for (std::ptrdiff_t k = 0; k < view.key_width; ++k) {
    for (std::ptrdiff_t v = 0; v < view.value_width; ++v)
      state[k * view.value_width + v] = s.result[k * s.value_stride + v];
  }
}

// What the chunk's own nodes write into its outgoing border states, and the path sums from border to border.
template <class T>
void make_border_out(const OperatorView<T>& view, const Chunk& chunk, const Scratch<T>& s,
                     const ChunkBorders<T>& borders) {
  const std::ptrdiff_t size = view.key_width * view.value_width;
  for (std::ptrdiff_t i = 0; i < chunk.num_out; ++i) {
    const EdgeId edge = chunk.border_out[i];
    const T* row = s.paths + row_of_edge(chunk, edge) * s.path_stride;
    if (!borders.states_known) {
      sum_of_outer_products(view, s, row, 1, s.key_columns, s.value,
                            borders.states + borders.place[edge] * size);
    }
    for (std::ptrdiff_t j = 0; j < s.in; ++j) borders.transition[i * s.in + j] = row[s.node_stride + j];
  }
}

template <class T>
void chunk_forward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* memory,
                   const HeadRows<T>& output, const ChunkBorders<T>& borders) {
  const Scratch<T> s(view, chunk, memory);
  edge_path_sums(view, chunk, head, s);
  node_path_sums(view, chunk, head, s);
  make_scores(view, chunk, head, s);
  for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
    const T* __restrict gate = s.gate + n * s.path_stride;
    T* __restrict scores = s.scores + n * s.node_stride;
    for (std::ptrdiff_t c = 0; c < s.node_stride; ++c) scores[c] *= gate[c];
    for (std::ptrdiff_t j = 0; j < s.in; ++j) borders.reads[n * s.in + j] = gate[s.node_stride + j];
  }
  pack_rows(view.value, chunk, head, view.value_width, s.value_stride, s.value);
  small_product<T>(s.nodes, s.value_stride, s.nodes, s.scores, s.node_stride, 1, s.value, s.value_stride,
                   s.result, s.value_stride);
  for (std::ptrdiff_t i = 0; i < s.nodes; ++i) {
    T* __restrict y = at(output, node_of(chunk, i), head);
    for (std::ptrdiff_t j = 0; j < view.value_width; ++j) y[j] = s.result[i * s.value_stride + j];
  }
  make_border_out(view, chunk, s, borders);
}

template <class T>
void chunk_read(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* memory,
                const HeadRows<T>& output, const ChunkBorders<T>& borders) {
  const Scratch<T> s(view, chunk, memory);
  const std::ptrdiff_t keys = view.key_width;
  const std::ptrdiff_t values = view.value_width;
  for (std::ptrdiff_t j = 0; j < s.in; ++j) {
    const T* state = borders.states + borders.place[chunk.border_in[j]] * keys * values;
    if (values != s.value_stride) {
      for (std::ptrdiff_t k = 0; k < keys; ++k) {
        for (std::ptrdiff_t v = 0; v < s.value_stride; ++v)
          s.border[k * s.value_stride + v] = v < values ? state[k * values + v] : T(0);
      }
      state = s.border;
    }
    for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
      const T* __restrict query = at(view.query, node_of(chunk, n), head);
      const T read = borders.reads[n * s.in + j];
      for (std::ptrdiff_t k = 0; k < keys; ++k) s.scaled[n * s.key_stride + k] = read * query[k];
    }
    small_product<T>(s.nodes, s.value_stride, keys, s.scaled, s.key_stride, 1, state, s.value_stride,
                     s.result, s.value_stride);
    add_rows(s.result, s.value_stride, values, output, chunk, head);
  }
}

template <class T>
void chunk_begin_backward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* memory,
                          const HeadRows<const T>& output_gradient, const ChunkBorders<T>& borders) {
  const Scratch<T> s(view, chunk, memory);
  const std::ptrdiff_t size = view.key_width * view.value_width;
  edge_path_sums(view, chunk, head, s);
  if (chunk.num_out > 0) {
    pack_columns(view.key, chunk, head, view.key_width, s.node_stride, s.key_columns);
    pack_rows(view.value, chunk, head, view.value_width, s.value_stride, s.value);
    make_border_out(view, chunk, s, borders);
  }
  if (s.in == 0) return;
  node_path_sums(view, chunk, head, s);
  pack_columns(view.query, chunk, head, view.key_width, s.node_stride, s.key_columns);
  pack_rows(output_gradient, chunk, head, view.value_width, s.value_stride, s.output_gradient);
  for (std::ptrdiff_t j = 0; j < s.in; ++j) {
    sum_of_outer_products(view, s, s.gate + s.node_stride + j, s.path_stride, s.key_columns,
                          s.output_gradient, borders.adjoints + borders.place[chunk.border_in[j]] * size);
  }
}

// Gradients of what nodes read from border states; those of the path sums go to the border columns of
// `gate`, which held the path sums.
template <class T>
void border_in_gradients(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,
                         const Scratch<T>& s, const GradientView<T>& gradients,
                         const ChunkBorders<T>& borders) {
  const std::ptrdiff_t keys = view.key_width;
  const std::ptrdiff_t size = keys * view.value_width;
  for (std::ptrdiff_t j = 0; j < s.in; ++j) {
    transpose(borders.states + borders.place[chunk.border_in[j]] * size, keys, view.value_width, s.key_stride,
              s.border);
    small_product<T>(s.nodes, s.key_stride, view.value_width, s.output_gradient, s.value_stride, 1, s.border,
                     s.key_stride, s.result, s.key_stride);
    for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
      T& path_sum = s.gate[n * s.path_stride + s.node_stride + j];
      const T* seen = s.result + n * s.key_stride;  // C_j dy_n
      add_scaled(path_sum, seen, keys, at(gradients.query, node_of(chunk, n), head));
      path_sum = dot(seen, s.query + n * s.key_stride, keys);
    }
  }
}

// Gradients through the outgoing border states; those of their path sums go to path_gradients.
template <class T>
void border_out_gradients(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,
                          const Scratch<T>& s, const GradientView<T>& gradients,
                          const ChunkBorders<T>& borders) {
  const std::ptrdiff_t keys = view.key_width;
  const std::ptrdiff_t values = view.value_width;
  for (std::ptrdiff_t i = 0; i < chunk.num_out; ++i) {
    const EdgeId edge = chunk.border_out[i];
    const T* adjoint = borders.adjoints + borders.place[edge] * keys * values;
    const T* paths = s.paths + row_of_edge(chunk, edge) * s.path_stride;
    T* row = s.path_gradients + row_of_edge(chunk, edge) * s.path_stride;
    for (std::ptrdiff_t c = 0; c < s.path_stride; ++c) row[c] = 0;
    transpose(adjoint, keys, values, s.key_stride, s.border);
    small_product<T>(s.nodes, s.key_stride, values, s.value, s.value_stride, 1, s.border, s.key_stride,
                     s.result, s.key_stride);
    for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
      const T* written = s.result + n * s.key_stride;  // A_e v_n
      row[n] = dot(written, s.key + n * s.key_stride, keys);
      add_scaled(paths[n], written, keys, at(gradients.key, node_of(chunk, n), head));
    }
    for (std::ptrdiff_t k = 0; k < keys; ++k) {
      for (std::ptrdiff_t v = 0; v < s.value_stride; ++v)
        s.border[k * s.value_stride + v] = v < values ? adjoint[k * values + v] : T(0);
    }
    small_product<T>(s.nodes, s.value_stride, keys, s.key, s.key_stride, 1, s.border, s.value_stride,
                     s.result, s.value_stride);
    for (std::ptrdiff_t n = 0; n < s.nodes; ++n)
      add_scaled(paths[n], s.result + n * s.value_stride, values,
                 at(gradients.value, node_of(chunk, n), head));
    for (std::ptrdiff_t j = 0; j < s.in; ++j) {
      row[s.node_stride + j] =
          dot(adjoint, borders.states + borders.place[chunk.border_in[j]] * keys * values, keys * values);
    }
  }
}

template <class T>
void chunk_backward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* memory,
                    const HeadRows<const T>& output_gradient, const GradientView<T>& gradients,
                    const ChunkBorders<T>& borders) {
  const Scratch<T> s(view, chunk, memory);
  edge_path_sums(view, chunk, head, s);
  node_path_sums(view, chunk, head, s);
  make_scores(view, chunk, head, s);
  pack_rows(view.key, chunk, head, view.key_width, s.key_stride, s.key);
  pack_rows(output_gradient, chunk, head, view.value_width, s.value_stride, s.output_gradient);
  pack_columns(view.value, chunk, head, view.value_width, s.node_stride, s.value_columns);
  if (chunk.num_out > 0) {
    pack_rows(view.value, chunk, head, view.value_width, s.value_stride, s.value);
    border_out_gradients(view, chunk, head, s, gradients, borders);
  }
  border_in_gradients(view, chunk, head, s, gradients, borders);

  // B = dY V^T is the gradient of the weights G o scores; from it dG, dscores and the weights themselves,
  // each in the place of one that is used up.
  small_product<T>(s.nodes, s.node_stride, view.value_width, s.output_gradient, s.value_stride, 1,
                   s.value_columns, s.node_stride, s.score_gradients, s.node_stride);
  for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
    T* __restrict gates = s.gate + n * s.path_stride;
    T* __restrict scores = s.scores + n * s.node_stride;
    T* __restrict score_gradients = s.score_gradients + n * s.node_stride;
    for (std::ptrdiff_t c = 0; c < s.node_stride; ++c) {
      const T weight_gradient = score_gradients[c];
      const T gate = gates[c];
      const T score = scores[c];
      score_gradients[c] = gate * weight_gradient;
      scores[c] = gate * score;
      gates[c] = score * weight_gradient;
    }
  }
  gate_gradients(view, chunk, head, s, gradients);

  small_product<T>(s.nodes, s.key_stride, s.nodes, s.score_gradients, s.node_stride, 1, s.key, s.key_stride,
                   s.result, s.key_stride);
  add_rows(s.result, s.key_stride, view.key_width, gradients.query, chunk, head);
  small_product<T>(s.nodes, s.key_stride, s.nodes, s.score_gradients, 1, s.node_stride, s.query, s.key_stride,
                   s.result, s.key_stride);
  add_rows(s.result, s.key_stride, view.key_width, gradients.key, chunk, head);
  small_product<T>(s.nodes, s.value_stride, s.nodes, s.scores, 1, s.node_stride, s.output_gradient,
                   s.value_stride, s.result, s.value_stride);
  add_rows(s.result, s.value_stride, view.value_width, gradients.value, chunk, head);
}

template <class T>
void border_step(const BorderStep<T>& step) {
  for (std::ptrdiff_t i = 0; i < step.num_to; ++i) {
    T* to = step.states + step.place[step.to[i]] * step.size + step.begin;
    for (std::ptrdiff_t j = 0; j < step.num_from; ++j) {
      const T factor = step.factor[i * step.to_stride + j * step.from_stride];
      if (factor == T(0)) continue;  // no path
      add_scaled(factor, step.states + step.place[step.from[j]] * step.size + step.begin,
                 step.end - step.begin, to);
    }
  }
}

template <class T>
std::size_t chunk_scratch(const OperatorView<T>& view, const Chunk& chunk) {
  return Scratch<T>(view, chunk, nullptr).size;
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
ChunkKernels<T> ChunkKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.chunk_scratch = isa::chunk_scratch<T>,
          .chunk_forward = isa::chunk_forward<T>,
          .chunk_begin_backward = isa::chunk_begin_backward<T>,
          .chunk_read = isa::chunk_read<T>,
          .chunk_backward = isa::chunk_backward<T>,
          .border_step = isa::border_step<T>};
}

template ChunkKernels<float> ChunkKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template ChunkKernels<double> ChunkKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
