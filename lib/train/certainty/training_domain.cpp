#include "plstm/train/certainty/training_domain.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

struct Coded {
  std::uint32_t place = 0;
  std::int32_t column = 0, code = 0;
};

// The different codes, by place.
std::vector<Coded> codes_of(std::span<const std::int32_t> codes, std::span<const std::int32_t> sizes) {
  std::vector<std::uint32_t> first(sizes.size());
  for (std::size_t j = 1; j < sizes.size(); ++j) {
    first[j] = first[j - 1] + static_cast<std::uint32_t>(sizes[j - 1]);
  }
  std::vector<Coded> found;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t column = i % sizes.size();
    found.push_back(
        {first[column] + static_cast<std::uint32_t>(codes[i]), static_cast<std::int32_t>(column), codes[i]});
  }
  std::ranges::sort(found, {}, &Coded::place);
  const auto same_place = [](const Coded& a, const Coded& b) { return a.place == b.place; };
  found.erase(std::unique(found.begin(), found.end(), same_place), found.end());
  return found;
}

void add(std::vector<std::uint32_t>& seen, std::span<const std::int32_t> codes,
         std::span<const std::int32_t> sizes) {
  for (const Coded& code : codes_of(codes, sizes)) {
    const auto at = std::ranges::lower_bound(seen, code.place);
    if (at == seen.end() || *at != code.place) seen.insert(at, code.place);
  }
}

void check_ascending(std::span<const std::uint32_t> values, const char* what) {
  if (std::ranges::adjacent_find(values, std::greater_equal<>()) != values.end()) {
    throw ConfigError(fmt::format("a training domain has {} that do not ascend", what));
  }
}

std::span<const float> columns_of(const TrainingDomain& domain, const AttributedGraph& graph) {
  if (graph.graph_values.size() < domain.columns.size()) {
    throw ShapeError(fmt::format("a graph has {} values, and a training domain has {} columns",
                                 graph.graph_values.size(), domain.columns.size()));
  }
  return std::span(graph.graph_values).last(domain.columns.size());
}

}  // namespace

void check_training_domain(const TrainingDomain& domain) {
  if (domain.fewest_nodes < 0 || domain.fewest_nodes > domain.most_nodes) {
    throw ConfigError(fmt::format("a training domain has graphs of {} to {} nodes", domain.fewest_nodes,
                                  domain.most_nodes));
  }
  check_ascending(domain.node_codes, "codes of nodes");
  check_ascending(domain.edge_codes, "codes of edges");
  for (const SeenColumn& column : domain.columns) {
    const bool none = column.lowest > column.highest && std::isinf(column.lowest);
    if (none || (column.lowest <= column.highest && std::isfinite(column.highest - column.lowest))) continue;
    throw ConfigError(fmt::format("a training domain has a column with values from {} to {}", column.lowest,
                                  column.highest));
  }
  if (domain.num_graphs() > kMostDomainGraphs) {
    throw ConfigError(fmt::format("a training domain has {} graphs, expected at most {}", domain.num_graphs(),
                                  kMostDomainGraphs));
  }
  if (std::ssize(domain.offsets) != domain.num_graphs() + 1 || domain.offsets.front() != 0 ||
      domain.offsets.back() != std::ssize(domain.features) || !std::ranges::is_sorted(domain.offsets)) {
    throw ShapeError(fmt::format("a training domain has {} offsets and {} features for {} graphs",
                                 domain.offsets.size(), domain.features.size(), domain.num_graphs()));
  }
  for (std::int64_t g = 0; g < domain.num_graphs(); ++g) {
    const auto first = static_cast<std::size_t>(domain.offsets[static_cast<std::size_t>(g)]);
    const auto last = static_cast<std::size_t>(domain.offsets[static_cast<std::size_t>(g) + 1]);
    const std::span<const std::uint32_t> own = std::span(domain.features).subspan(first, last - first);
    check_ascending(own, "features of a graph");
    if (!own.empty() && own.back() >= kDomainFeatures) {
      throw ConfigError(fmt::format("a training domain has feature {}, expected one below {}", own.back(),
                                    kDomainFeatures));
    }
  }
}

std::vector<UnseenCode> unseen_codes(const TrainingDomain& domain, std::span<const std::int32_t> node_sizes,
                                     std::span<const std::int32_t> edge_sizes, const AttributedGraph& graph) {
  std::vector<UnseenCode> unseen;
  const auto compare = [&](bool of_edge, std::span<const std::int32_t> codes,
                           std::span<const std::int32_t> sizes, std::span<const std::uint32_t> seen) {
    for (const Coded& code : codes_of(codes, sizes)) {
      if (!std::ranges::binary_search(seen, code.place)) unseen.push_back({of_edge, code.column, code.code});
    }
  };
  compare(false, graph.node_codes, node_sizes, domain.node_codes);
  compare(true, graph.edge_codes, edge_sizes, domain.edge_codes);
  return unseen;
}

std::vector<UnseenValue> unseen_values(const TrainingDomain& domain, const AttributedGraph& graph) {
  std::vector<UnseenValue> unseen;
  const std::span<const float> values = columns_of(domain, graph);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const SeenColumn& column = domain.columns[i];
    const bool inside = values[i] >= column.lowest && values[i] <= column.highest;
    if (std::isnan(values[i]) ? column.missing : inside) continue;
    unseen.push_back({i, values[i]});
  }
  return unseen;
}

void add_to_domain(TrainingDomain& domain, std::span<const std::int32_t> node_sizes,
                   std::span<const std::int32_t> edge_sizes, const AttributedGraph& graph) {
  const std::int64_t nodes = graph.dag.num_nodes();
  const bool first = domain.most_nodes == 0 && domain.node_codes.empty();
  domain.fewest_nodes = first ? nodes : std::min(domain.fewest_nodes, nodes);
  domain.most_nodes = std::max(domain.most_nodes, nodes);
  add(domain.node_codes, graph.node_codes, node_sizes);
  add(domain.edge_codes, graph.edge_codes, edge_sizes);
  const std::span<const float> values = columns_of(domain, graph);
  for (std::size_t i = 0; i < values.size(); ++i) {
    SeenColumn& column = domain.columns[i];
    if (std::isnan(values[i])) {
      column.missing = true;
      continue;
    }
    column.lowest = std::min<double>(column.lowest, values[i]);
    column.highest = std::max<double>(column.highest, values[i]);
  }
}

}  // namespace plstm
