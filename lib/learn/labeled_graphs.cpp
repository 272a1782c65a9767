#include "plstm/learn/labeled_graphs.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/certainty/training_domain.hpp>

namespace plstm {
namespace {

std::int64_t num_things_of(const AttributedGraph& graph, Readout level) {
  switch (level) {
    case Readout::kNode:
      return graph.dag.num_nodes();
    case Readout::kEdge:
      return static_cast<std::int64_t>(graph.dag.edges().size());
    case Readout::kGraph:
      break;
  }
  return 1;
}

void check_same_width(std::size_t number, const char* what, std::int32_t width, std::int32_t first) {
  if (width != first) {
    throw ShapeError(fmt::format("LabeledGraphs: graph {} has {} of width {}, the first graph has width {}",
                                 number, what, width, first));
  }
}

void check_same_widths(std::size_t number, const AttributedGraph& graph, const AttributedGraph& first) {
  check_same_width(number, "node values", graph.node_value_width, first.node_value_width);
  check_same_width(number, "node codes", graph.node_code_width, first.node_code_width);
  check_same_width(number, "edge values", graph.edge_value_width, first.edge_value_width);
  check_same_width(number, "edge codes", graph.edge_code_width, first.edge_code_width);
  check_same_width(number, "graph values", graph.graph_value_width, first.graph_value_width);
}

void check_finite(std::size_t number, const char* what, const std::vector<float>& values,
                  std::int32_t width) {
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  const auto at = bad - values.begin();
  throw ConfigError(fmt::format("LabeledGraphs: graph {}: {} {}, column {}, is {}; features must be finite",
                                number, what, at / width, at % width, *bad));
}

void check_codes(std::size_t number, const char* what, const std::vector<std::int32_t>& codes,
                 std::int32_t width) {
  const auto bad = std::ranges::find_if(codes, [](std::int32_t code) { return code < 0; });
  if (bad == codes.end()) return;
  const auto at = bad - codes.begin();
  throw ConfigError(fmt::format("LabeledGraphs: graph {}: {} {}, column {}, has code {}; codes start at 0",
                                number, what, at / width, at % width, *bad));
}

void check_features(std::size_t number, const AttributedGraph& graph) {
  check_finite(number, "node", graph.node_values, graph.node_value_width);
  check_finite(number, "edge", graph.edge_values, graph.edge_value_width);
  check_codes(number, "node", graph.node_codes, graph.node_code_width);
  check_codes(number, "edge", graph.edge_codes, graph.edge_code_width);
}

void check_bounds(std::size_t number, std::span<const std::int8_t> bounds, std::size_t targets) {
  if (bounds.empty()) return;
  if (bounds.size() != targets) {
    throw ShapeError(
        fmt::format("LabeledGraphs: graph {} has {} bounds for {} targets", number, bounds.size(), targets));
  }
  for (const std::int8_t bound : bounds) {
    if (bound < -1 || bound > 1)
      throw ConfigError(
          fmt::format("LabeledGraphs: graph {} has the bound {}, expected -1, 0 or 1", number, bound));
  }
}

}  // namespace

void LabeledGraphs::add(AttributedGraph graph, std::span<const double> targets, float weight,
                        std::span<const std::int8_t> bounds) {
  const auto with_number = [number = graphs_.size()](const Error& error) {
    return fmt::format("LabeledGraphs: graph {}: {}", number, error.what());
  };
  PreparedGraph prepared;
  try {
    prepared = prepare_graph(std::move(graph));
  } catch (const ShapeError& error) {
    throw ShapeError(with_number(error));
  } catch (const GraphError& error) {
    throw GraphError(with_number(error));
  }
  add(std::move(prepared), targets, weight, bounds);
}

void LabeledGraphs::add(PreparedGraph prepared, std::span<const double> targets, float weight,
                        std::span<const std::int8_t> bounds) {
  const AttributedGraph& graph = prepared.graph;
  const std::size_t number = graphs_.size();
  if (!fingerprints_.empty()) {
    throw ConfigError(fmt::format(
        "LabeledGraphs: graph {} comes after set_fingerprints(), which must follow the last graph", number));
  }
  if (number > 0) check_same_widths(number, graph, graphs_.front().graph);
  check_features(number, graph);
  const std::int64_t things = num_things_of(graph, level_);
  const auto size = static_cast<std::int64_t>(targets.size());
  const bool whole_rows = things == 0 ? size == 0 : size > 0 && size % things == 0;
  const std::int64_t tasks = things == 0 || !whole_rows ? num_tasks_ : size / things;
  if (!whole_rows || (num_tasks_ > 0 && tasks != num_tasks_)) {
    throw ShapeError(
        fmt::format("LabeledGraphs: graph {} has {} targets for {} {}, expected {}", number, size, things,
                    things == 1 ? "thing" : "things",
                    num_tasks_ > 0 ? fmt::format("{} for each", num_tasks_) : "as many for each"));
  }
  for (std::int64_t i = 0; i < size; ++i) {
    if (std::isinf(targets[static_cast<std::size_t>(i)])) {
      throw ConfigError(
          fmt::format("LabeledGraphs: graph {}: the target of thing {}, task {}, is infinite; NaN marks a "
                      "missing value",
                      number, i / tasks, i % tasks));
    }
  }
  if (!(weight >= 0) || !std::isfinite(weight)) {
    throw ConfigError(
        fmt::format("LabeledGraphs: graph {} has weight {}, expected a number from 0 on", number, weight));
  }
  check_bounds(number, bounds, targets.size());
  graphs_.push_back(std::move(prepared));
  if (tasks > 0) num_tasks_ = tasks;
  offsets_.push_back(offsets_.back() + things);
  for (const double target : targets) {
    const bool is_there = !std::isnan(target);
    targets_.push_back(is_there ? target : 0.0);
    present_.push_back(is_there ? 1 : 0);
  }
  const bool any = std::ranges::any_of(bounds, [](std::int8_t bound) { return bound != 0; });
  if (any || !bounds_.empty()) {
    bounds_.resize(targets_.size(), 0);
    const auto first = bounds_.end() - size;
    for (std::int64_t i = 0; any && i < size; ++i) {
      first[i] = std::isnan(targets[static_cast<std::size_t>(i)]) ? std::int8_t{0}
                                                                  : bounds[static_cast<std::size_t>(i)];
    }
  }
  weights_.insert(weights_.end(), static_cast<std::size_t>(things), weight);
}

void LabeledGraphs::name_tasks(std::vector<std::string> names) {
  if (static_cast<std::int64_t>(names.size()) != num_tasks_) {
    throw ConfigError(fmt::format("LabeledGraphs: {} names for {} tasks", names.size(), num_tasks_));
  }
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
    throw ConfigError("LabeledGraphs: two tasks have the same name");
  }
  names_ = std::move(names);
}

void LabeledGraphs::set_vocabularies(std::vector<std::int32_t> node_sizes,
                                     std::vector<std::int32_t> edge_sizes) {
  node_vocabulary_sizes_ = std::move(node_sizes);
  edge_vocabulary_sizes_ = std::move(edge_sizes);
}

void LabeledGraphs::set_num_columns(std::int32_t count) {
  const std::int32_t width = graphs_.empty() ? 0 : graphs_.front().graph.graph_value_width;
  if (count < 0 || count > width) {
    throw ShapeError(
        fmt::format("LabeledGraphs: {} columns beside the graphs, which have {} values", count, width));
  }
  num_columns_ = count;
}

void LabeledGraphs::set_fingerprints(std::vector<std::vector<std::uint32_t>> fingerprints,
                                     std::vector<std::int64_t> numbers) {
  if (fingerprints.size() != graphs_.size() || numbers.size() != graphs_.size()) {
    throw ShapeError(fmt::format("LabeledGraphs: {} fingerprints and {} numbers for {} graphs",
                                 fingerprints.size(), numbers.size(), graphs_.size()));
  }
  for (std::size_t i = 0; i < fingerprints.size(); ++i) {
    const std::vector<std::uint32_t>& ones = fingerprints[i];
    const bool ascends = std::ranges::adjacent_find(ones, std::greater_equal<>()) == ones.end();
    if (ascends && (ones.empty() || ones.back() < kDomainFeatures)) continue;
    throw ConfigError(
        fmt::format("LabeledGraphs: the fingerprint of graph {} does not ascend, or has a feature from {} on",
                    i, kDomainFeatures));
  }
  fingerprints_ = std::move(fingerprints);
  numbers_ = std::move(numbers);
}

std::vector<std::string> LabeledGraphs::task_names() const {
  if (!names_.empty() || num_tasks_ == 0) return names_;
  if (num_tasks_ == 1) return {"target"};
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < num_tasks_; ++i) names.push_back(fmt::format("target_{}", i + 1));
  return names;
}

}  // namespace plstm
