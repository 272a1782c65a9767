#include "nn/graphs/cells/level_pass.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/core/parallel.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

// Nodes of a block: enough work for a task. Cells work like products of matrices of the width of the result.
Index block_nodes(const CellWidths& widths) {
  return std::clamp<Index>((Index{1} << 18) / (widths.output * widths.output), 16, 1024);
}

// Source gradients of a level that are worth adding in parallel, and the columns of a task.
constexpr Index kManyEntries = Index{1} << 16;
constexpr Index kColumns = 16;

template <class T>
void set_rows(const LevelPass<T>& pass, Index first, Index count, CellBlock<T>& block) {
  const NodeLevels& levels = *pass.run.levels;
  block.num_nodes = count;
  block.edge_offsets = levels.edge_offsets.data() + first;
  const Index first_edge = block.edge_offsets[0];
  block.num_edges = block.edge_offsets[count] - first_edge;
  block.widths = pass.run.widths;
  block.feature_width = pass.run.inputs.features.cols;
  block.edge_feature_width = pass.run.inputs.edges.cols;
  block.nodes = levels.nodes.data() + first;
  block.edges = levels.edges.data() + first_edge;
  block.sources = levels.sources.data() + first_edge;
  block.features = pass.run.inputs.features.value;
  block.edge_features = pass.run.inputs.edges.value;
  block.all_states = pass.states;
  block.states = pass.states + first * block.widths.state;
  if (pass.kept == nullptr) return;
  block.kept_rows = pass.kept + first * block.widths.kept;
  block.edge_kept_rows = pass.edge_kept + first_edge * block.widths.edge_kept;
}

// Calls body(first, count, buffer) for the blocks of places begin .. end - 1, in parallel if there are several.
template <class T, class Body>
void for_blocks(LevelBuffers<T>& memory, Index begin, Index end, Index block, const Body& body) {
  if (end - begin <= block) return body(begin, end - begin, memory.block);
  const Index count = (end - begin + block - 1) / block;
  parallel_for(static_cast<std::size_t>(count), 1, [&](std::size_t i) {
    const Index first = begin + static_cast<Index>(i) * block;
    auto buffer = memory.blocks.borrow();
    body(first, std::min(block, end - first), buffer);
  });
}

template <class T, class Buffer>
void block_forward(const LevelPass<T>& pass, Index first, Index count, Buffer& buffer) {
  CellBlock<T> block;
  set_rows(pass, first, count, block);
  const CellWidths& w = block.widths;
  const bool keeps = pass.kept != nullptr;
  T* memory = buffer.reserve(static_cast<std::size_t>(
      count * w.scratch + (keeps ? 0 : count * w.kept + block.num_edges * w.edge_kept)));
  block.scratch = memory;
  if (!keeps) {
    block.kept_rows = memory + count * w.scratch;
    block.edge_kept_rows = block.kept_rows + count * w.kept;
  }
  pass.run.forward(pass.run.cell, block);
}

// Rows of `width` numbers that a cell may replace: those of the gradient itself, or `scratch` if something is there
// already, or if nobody needs them.
template <class T>
struct Replaceable {
  T* rows;
  const std::int32_t* ids;  // of rows; null: they follow each other
};

template <class T>
Replaceable<T> replaceable(const RowGradients<T>& gradients, const std::int32_t* ids, T* scratch) {
  if (gradients.data != nullptr && gradients.store == Store::kReplace) return {gradients.data, ids};
  return {scratch, nullptr};
}

template <class T>
void add_rows(const RowGradients<T>& gradients, const std::int32_t* ids, Index count, Index width,
              const T* scratch) {
  if (gradients.data == nullptr || gradients.store == Store::kReplace) return;
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index i = 0; i < count; ++i)
    k.add_scaled_rows(width, T(1), scratch + i * width, gradients.data + ids[i] * width);
}

template <class T, class Buffer>
void block_backward(const LevelPass<T>& pass, const LevelGradients<T>& gradients, Index first, Index count,
                    T* source_gradients, Buffer& buffer) {
  CellGradients<T> block = rows_of(pass, first, count);
  const Index features = count * block.feature_width, edges = block.num_edges * block.edge_feature_width;
  T* memory = buffer.reserve(static_cast<std::size_t>(count * block.widths.scratch + features + edges));
  T* of_edges = memory + features;
  block.scratch = of_edges + edges;
  block.source_gradients = source_gradients;
  const auto [rows, ids] = replaceable(gradients.features, block.nodes, memory);
  block.feature_gradients = rows;
  block.feature_rows = ids;
  const auto [edge_rows, edge_ids] = replaceable(gradients.edges, block.edges, of_edges);
  block.edge_feature_gradients = edge_rows;
  block.edge_feature_rows = edge_ids;
  pass.run.backward(pass.run.cell, block);
  add_rows(gradients.features, block.nodes, count, block.feature_width, memory);
  add_rows(gradients.edges, block.edges, block.num_edges, block.edge_feature_width, of_edges);
}

// Adds the gradients of the sources of edges begin .. end - 1 to those of their states, in ascending order of the
// edges: a task owns columns.
template <class T>
void add_to_sources(const LevelPass<T>& pass, Index begin, Index end, const T* source_gradients) {
  const std::int32_t* sources = pass.run.levels->sources.data();
  const Index state = pass.run.widths.state;
  T* to = pass.memory->state_gradients.data();
  const LayerKernels<T>& k = layer_kernels<T>();
  const auto add_columns = [&](Index column, Index count) {
    for (Index j = begin; j < end; ++j) {
      k.add_scaled_rows(count, T(1), source_gradients + (j - begin) * state + column,
                        to + sources[j] * state + column);
    }
  };
  if ((end - begin) * state < kManyEntries) return add_columns(0, state);
  parallel_for(static_cast<std::size_t>((state + kColumns - 1) / kColumns), 1, [&](std::size_t i) {
    const Index column = static_cast<Index>(i) * kColumns;
    add_columns(column, std::min(kColumns, state - column));
  });
}

}  // namespace

template <class T>
CellGradients<T> rows_of(const LevelPass<T>& pass, Index first, Index count) {
  CellGradients<T> rows;
  set_rows(pass, first, count, rows);
  rows.state_gradients = pass.memory->state_gradients.data() + first * rows.widths.state;
  return rows;
}

template <class T>
void run_forward(const LevelPass<T>& pass) {
  const NodeLevels& levels = *pass.run.levels;
  const Index size = block_nodes(pass.run.widths);
  for (std::size_t l = 0; l + 1 < levels.level_offsets.size(); ++l) {
    for_blocks(*pass.memory, levels.level_offsets[l], levels.level_offsets[l + 1], size,
               [&](Index first, Index count, auto& buffer) { block_forward(pass, first, count, buffer); });
  }
}

template <class T>
void run_backward(const LevelPass<T>& pass, const LevelGradients<T>& gradients) {
  const NodeLevels& levels = *pass.run.levels;
  const CellWidths& w = pass.run.widths;
  T* states = pass.memory->state_gradients.reserve(static_cast<std::size_t>(levels.num_nodes() * w.state));
  for_row_blocks(levels.num_nodes(), w.state, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      T* row = states + i * w.state;
      std::copy_n(gradients.dy + levels.nodes[static_cast<std::size_t>(i)] * gradients.stride, w.output, row);
      std::fill(row + w.output, row + w.state, T(0));
    }
  });
  const Index size = block_nodes(w);
  for (std::size_t l = levels.level_offsets.size() - 1; l-- > 0;) {
    const Index begin = levels.level_offsets[l], end = levels.level_offsets[l + 1];
    const Index first_edge = levels.edge_offsets[static_cast<std::size_t>(begin)];
    const Index end_edge = levels.edge_offsets[static_cast<std::size_t>(end)];
    T* sources =
        pass.memory->source_gradients.reserve(static_cast<std::size_t>((end_edge - first_edge) * w.state));
    for_blocks(*pass.memory, begin, end, size, [&](Index first, Index count, auto& buffer) {
      const Index edge = levels.edge_offsets[static_cast<std::size_t>(first)] - first_edge;
      block_backward(pass, gradients, first, count, sources + edge * w.state, buffer);
    });
    add_to_sources(pass, first_edge, end_edge, sources);
  }
}

#define PLSTM_INSTANTIATE(T)                                               \
  template CellGradients<T> rows_of<T>(const LevelPass<T>&, Index, Index); \
  template void run_forward<T>(const LevelPass<T>&);                       \
  template void run_backward<T>(const LevelPass<T>&, const LevelGradients<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
