#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

/// What was seen of a column beside the graphs, such as a temperature.
struct SeenColumn {
  /// The lowest is above the highest where no graph had a value.
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  bool missing = false;  ///< a graph had none

  bool operator==(const SeenColumn&) const = default;
};

/// What a model has seen in training. Predictions of graphs that are unlike it deserve less trust.
struct TrainingDomain {
  std::int64_t fewest_nodes = 0, most_nodes = 0;
  /// Codes of nodes and edges that were seen, ascending: code c of column j is first(j) + c, where first(j) is the sum of
  /// the vocabulary sizes of the columns before j.
  std::vector<std::uint32_t> node_codes, edge_codes;
  /// Graphs that neighbours are sought among, at most kMostDomainGraphs of those learnt from; there may be none.
  std::vector<std::int64_t> numbers;  ///< [graphs] what users call them
  std::vector<std::int64_t>
      offsets;  ///< [graphs + 1] features of graph g are offsets[g] .. offsets[g + 1] - 1
  std::vector<std::uint32_t>
      features;  ///< binary features that a graph has (ones of a fingerprint), ascending
  /// Of the last graph values, those that stand beside the graph (LabeledGraphs::num_columns).
  std::vector<SeenColumn> columns = {};

  std::int64_t num_graphs() const { return static_cast<std::int64_t>(numbers.size()); }

  bool operator==(const TrainingDomain&) const = default;
};

inline constexpr std::int64_t kMostDomainGraphs = 10000;
/// Features are numbers below it.
inline constexpr std::uint32_t kDomainFeatures = 1u << 16;

/// Throws ShapeError or ConfigError naming what contradicts what.
void check_training_domain(const TrainingDomain& domain);

/// A code that no training graph has.
struct UnseenCode {
  bool of_edge = false;
  std::int32_t column = 0;
  std::int32_t code = 0;

  bool operator==(const UnseenCode&) const = default;
};

/// A column whose value lies outside of all that training graphs had, or that is missing and never was.
struct UnseenValue {
  std::size_t column = 0;
  float value = 0;  ///< NaN: missing

  bool operator==(const UnseenValue&) const = default;
};

/// By column. Throws ShapeError if the graph has fewer values than there are columns.
std::vector<UnseenValue> unseen_values(const TrainingDomain& domain, const AttributedGraph& graph);

/// Each such code of the graph once: those of nodes, then those of edges, by column and code. `node_sizes` and
/// `edge_sizes` are the vocabulary sizes of the model, which its codes lie below.
std::vector<UnseenCode> unseen_codes(const TrainingDomain& domain, std::span<const std::int32_t> node_sizes,
                                     std::span<const std::int32_t> edge_sizes, const AttributedGraph& graph);

/// Adds the codes, the size and the columns of a graph to the domain, whose codes stay ascending.
void add_to_domain(TrainingDomain& domain, std::span<const std::int32_t> node_sizes,
                   std::span<const std::int32_t> edge_sizes, const AttributedGraph& graph);

}  // namespace plstm
