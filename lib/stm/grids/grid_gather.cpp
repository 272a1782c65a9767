#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_call.hpp"

namespace plstm {

namespace {

// to[d * tracking + j] += from[j * width + d].
template <class T>
void add_packed(const T* from, Index width, Index tracking, T* to) {
  for (Index j = 0; j < tracking; ++j) {
    for (Index d = 0; d < width; ++d) to[d * tracking + j] += from[j * width + d];
  }
}

// Calls body(row, node, head, first item) for all rows and heads, in parallel.
template <class T, class Body>
void for_rows(const GridCall<T>& call, const Body& body) {
  const GridShape& shape = call.shape();
  const auto nodes = static_cast<std::size_t>(call.nodes());
  parallel_for(static_cast<std::size_t>(shape.batch) * nodes, 64, [&](std::size_t row) {
    const auto batch = static_cast<Index>(row / nodes);
    for (Index head = 0; head < shape.heads; ++head)
      body(static_cast<Index>(row), static_cast<Index>(row % nodes), head,
           static_cast<std::size_t>((batch * shape.heads + head) * shape.orientations));
  });
}

}  // namespace

template <class T>
void gather_outputs(const GridCall<T>& call, const T* items, HeadRows<T> output) {
  const GridShape& shape = call.shape();
  const Index size = call.output_size();
  for_rows(call, [&](Index row, Index node, Index head, std::size_t item) {
    T* y = output.at(row, head);
    for (Index i = 0; i < size; ++i) y[i] = 0;
    for (Index o = 0; o < shape.orientations; ++o)
      add_packed(items + ((static_cast<Index>(item) + o) * call.nodes() + node) * size, shape.value_width,
                 shape.tracking.output, y);
  });
}

template <class T>
void gather_node_gradients(const GridCall<T>& call, T* items, const GridGradients<T>& gradients) {
  const GridShape& shape = call.shape();
  for_rows(call, [&](Index row, Index node, Index head, std::size_t item) {
    for (Index o = 0; o < shape.orientations; ++o) {
      const GridNodeGradients<T> from = node_gradients_of(call, items, item + static_cast<std::size_t>(o));
      add_packed(from.query + node * call.query_size(), shape.key_width, shape.tracking.query,
                 gradients.query.at(row, head));
      add_packed(from.key + node * call.key_size(), shape.key_width, shape.tracking.key,
                 gradients.key.at(row, head));
      add_packed(from.value + node * call.value_size(), shape.value_width, shape.tracking.value,
                 gradients.value.at(row, head));
    }
  });
}

#define PLSTM_INSTANTIATE(T)                                                  \
  template void gather_outputs<T>(const GridCall<T>&, const T*, HeadRows<T>); \
  template void gather_node_gradients<T>(const GridCall<T>&, T*, const GridGradients<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
