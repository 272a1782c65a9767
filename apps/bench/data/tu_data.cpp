#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/tu_dataset.hpp>
#include <plstm/graph/orientation.hpp>
#include <plstm/graph/subtree_labels.hpp>

#include "data_loading.hpp"

namespace plstm::bench {
namespace {

// The graph as read for "index": its edges point from the smaller to the larger index.
AttributedGraph oriented(AttributedGraph graph, const std::string& orientation) {
  if (orientation == "index") return graph;
  const UndirectedGraph edges = undirected(graph.dag);
  return reorient(graph, orientation == "bfs" ? bfs_rank(edges) : dfs_rank(edges));
}

void check_orientation(const DatasetEntry& entry, const std::string& orientation) {
  if (orientation != "index" && orientation != "bfs" && orientation != "dfs") {
    throw ConfigError(fmt::format("orientation '{}': expected one of index, bfs, dfs", orientation));
  }
  if (entry.directed && orientation != "index") {
    throw ConfigError(
        fmt::format("{} is directed; --orientation is for graphs without directions", entry.name));
  }
}

void choose_labels(const DatasetEntry& entry, const TuDataset& set, BenchData& data) {
  if (set.labels == TuLabels::kNone) {
    throw FileError(entry.path.string() + ": has neither graph labels nor graph attributes to learn");
  }
  const bool classes = set.labels == TuLabels::kClasses;
  if (entry.task == (classes ? "regression" : "classification")) {
    throw ConfigError(fmt::format("--task {}: {} has {}", entry.task, entry.name,
                                  classes ? "classes (graph labels)" : "numbers (graph attributes)"));
  }
  if (!entry.task.empty() && entry.task != "regression" && entry.task != "classification") {
    throw ConfigError(
        fmt::format("unknown task '{}', expected one of classification, regression", entry.task));
  }
  data.task = classes ? TaskType::kMulticlass : TaskType::kRegression;
  data.classes = classes ? std::ssize(set.class_names) : 0;
}

std::string describe(const TuCounts& counts) {
  std::string text;
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(counts.reversed, "edges listed in both directions");
  add(counts.repeated, "repeated edges merged");
  add(counts.self_loops, "self-loops left out");
  add(counts.conflicting, "merged edges with other features than the first");
  return text;
}

// Subtree labels with the number of nodes that have them.
std::vector<LabelCount> count_subtrees(const AttributedGraph& graph, bool directed) {
  std::vector<std::uint64_t> labels = subtree_labels(graph, {.directed = directed});
  std::ranges::sort(labels);
  std::vector<LabelCount> counts;
  for (const std::uint64_t label : labels) {
    if (counts.empty() || counts.back().label != label) counts.push_back({label, 0});
    ++counts.back().count;
  }
  return counts;
}

// Its size, and the means of the values of its nodes.
Matrix<float> size_and_means(const AttributedGraph& graph) {
  Matrix<float> row = Matrix<float>::Zero(1, 2 + graph.node_value_width);
  const Index nodes = graph.dag.num_nodes();
  row(0) = static_cast<float>(nodes);
  row(1) = static_cast<float>(graph.dag.num_edges());
  if (nodes > 0 && graph.node_value_width > 0) {
    row.rightCols(graph.node_value_width) =
        ConstMatrixMap<float>(graph.node_values.data(), nodes, graph.node_value_width).colwise().mean();
  }
  return row;
}

}  // namespace

BenchData load_tu(const DatasetEntry& entry, const LoadOptions& options) {
  check_orientation(entry, options.orientation);
  TuDataset read = read_tu_dataset(entry.path, {.directed = entry.directed});
  BenchData data;
  data.name = entry.name;
  data.kind = DataKind::kTu;
  choose_labels(entry, read, data);
  GraphSet& set = read.set;
  data.note = describe(read.counts);
  data.target_names = std::move(set.label_names);
  data.node_vocabulary_sizes = std::move(set.node_vocabulary_sizes);
  data.edge_vocabulary_sizes = std::move(set.edge_vocabulary_sizes);
  data.node_value_width = set.node_value_width;
  data.edge_value_width = set.edge_value_width;
  const auto rows = std::ssize(set.graphs);
  const auto tasks = std::ssize(data.target_names);
  data.targets = ConstMatrixMap<float>(set.labels.data(), rows, tasks);
  data.present = ConstMatrixMap<std::uint8_t>(set.present.data(), rows, tasks);
  data.graphs.resize(set.graphs.size());
  parallel_for(set.graphs.size(), 8, [&](std::size_t i) {
    data.graphs[i] = prepare_graph(oriented(std::move(set.graphs[i]), options.orientation));
  });
  if (options.substructures) {
    data.substructures.resize(data.graphs.size());
    data.forest_values.resize(rows, 2 + data.node_value_width);
    parallel_for(data.graphs.size(), 8, [&](std::size_t i) {
      data.substructures[i] = count_subtrees(data.graphs[i].graph, entry.directed);
      data.forest_values.row(static_cast<Index>(i)) = size_and_means(data.graphs[i].graph);
    });
  }
  for (std::int32_t row = 0; row < data.num_rows(); ++row) data.usable_rows.push_back(row);
  return data;
}

}  // namespace plstm::bench
