#include "plstm/train/baselines/count_forest.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

void check_tree(std::span<const Forest::Node> tree, Index columns) {
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const Forest::Node& node = tree[i];
    if (!std::isfinite(node.value) || !std::isfinite(node.threshold)) {
      throw ConfigError("a forest holds a number that is not finite");
    }
    if (node.value < 0 || node.value > 1) {
      throw ConfigError(fmt::format("a forest says {}, expected a share of 0 to 1", node.value));
    }
    if (node.column < 0) continue;
    // Children come behind their parent, so that every way ends.
    const bool leads_on = std::cmp_greater(node.right, i + 1) && std::cmp_less(node.right, tree.size());
    if (node.column >= columns || !leads_on) {
      throw ShapeError(fmt::format("node {} of a tree of {} nodes reads column {} of {} and leads to node {}",
                                   i, tree.size(), node.column, columns, node.right));
    }
  }
}

void check_forest(const Forest& forest, std::size_t columns) {
  if (forest.roots.empty() && forest.nodes.empty()) return;
  if (!std::cmp_equal(forest.columns, columns)) {
    throw ShapeError(fmt::format("a forest has {} columns, expected {}", forest.columns, columns));
  }
  for (std::size_t i = 0; i < forest.roots.size(); ++i) {
    const std::int64_t end = i + 1 < forest.roots.size() ? forest.roots[i + 1] : std::ssize(forest.nodes);
    const std::int64_t begin = forest.roots[i];
    if ((i == 0 && begin != 0) || begin >= end || end > std::ssize(forest.nodes)) {
      throw ShapeError(fmt::format("the roots of a forest do not divide its {} nodes", forest.nodes.size()));
    }
    check_tree(std::span(forest.nodes)
                   .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
               forest.columns);
  }
  if (forest.roots.empty()) throw ShapeError("a forest has nodes and no root");
}

}  // namespace

double log_odds(const Forest& forest, double share) {
  const double least = 0.5 / static_cast<double>(forest.roots.size());
  return std::log((share + least) / (1 - share + least));
}

void check_count_forest(const CountForest& model, std::size_t tasks) {
  if (model.empty() && model.curves.empty()) return;
  check_size("a companion's forests", "forests", std::ssize(model.forests), static_cast<std::int64_t>(tasks));
  check_size("a companion's forests", "curves", std::ssize(model.curves), static_cast<std::int64_t>(tasks));
  if (!std::ranges::is_sorted(model.labels, std::ranges::less_equal{})) {
    throw ConfigError("the labels of a companion's forests do not ascend");
  }
  for (const Forest& forest : model.forests) check_forest(forest, model.width());
  for (const LogisticCurve& curve : model.curves) {
    if (!std::isfinite(curve.slope) || !std::isfinite(curve.shift)) {
      throw ConfigError("a curve of a companion's forests is not finite");
    }
  }
}

std::vector<std::uint32_t> frequent_labels(std::span<const GraphCounts> graphs, std::size_t most) {
  std::map<std::uint32_t, std::size_t> graphs_with;
  for (const GraphCounts graph : graphs) {
    for (const GraphCount& count : graph) ++graphs_with[count.label];
  }
  std::vector<std::pair<std::size_t, std::uint32_t>> found;
  for (const auto& [label, count] : graphs_with) {
    if (count < graphs.size()) found.emplace_back(graphs.size() - count, label);
  }
  std::ranges::sort(found);
  found.resize(std::min(found.size(), most));
  std::vector<std::uint32_t> labels;
  for (const auto& [without, label] : found) labels.push_back(label);
  std::ranges::sort(labels);
  return labels;
}

void read_columns(const CountForest& model, GraphCounts graph, GraphValues values, std::span<float> row) {
  check_size("a companion's forests", "values of a graph", std::ssize(values),
             static_cast<std::int64_t>(model.values));
  check_size("a companion's forests", "columns", std::ssize(row), static_cast<std::int64_t>(model.width()));
  std::ranges::fill(row, 0.0F);
  auto place = model.labels.begin();
  for (const GraphCount& count : graph) {  // labels ascend
    place = std::lower_bound(place, model.labels.end(), count.label);
    if (place == model.labels.end()) break;
    if (*place == count.label)
      row[static_cast<std::size_t>(place - model.labels.begin())] = static_cast<float>(count.count);
  }
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (std::isfinite(values[v])) row[model.labels.size() + v] = values[v];
  }
}

void add_logits(const CountForest& model, GraphCounts graph, GraphValues values, std::vector<float>& row,
                std::span<double> logits) {
  row.resize(model.width());
  read_columns(model, graph, values, row);
  for (std::size_t task = 0; task < model.forests.size(); ++task) {
    const Forest& forest = model.forests[task];
    if (forest.roots.empty()) continue;
    logits[task] += model.curves[task].logit(log_odds(forest, predict(forest, row)));
  }
}

}  // namespace plstm
