#include "plstm/nn/graphs/graph_model_config.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "nn/shared/setting_limits.hpp"

namespace plstm {

namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw ConfigError("graph model: " + message);
}

void require_fraction(const char* name, double value) {
  require(is_fraction(value), fmt::format("{0} is {1}, expected 0 <= {0} < 1", name, value));
}

void check_features(const GraphModelConfig& c) {
  require(c.node_value_width >= 0 && c.edge_value_width >= 0, "feature widths must not be negative");
  require(c.node_value_width > 0 || !c.node_vocabulary_sizes.empty(), "the nodes have no features");
  require(!c.edge_encoder || c.edge_value_width > 0 || !c.edge_vocabulary_sizes.empty(),
          "edge_encoder is on but the edges have no features");
  for (const auto* sizes : {&c.node_vocabulary_sizes, &c.edge_vocabulary_sizes}) {
    std::int64_t rows = 0;
    for (const std::int32_t size : *sizes) {
      require(size > 0, "a vocabulary is empty");
      rows += size;
    }
    require(rows <= std::numeric_limits<std::int32_t>::max(), "vocabularies are too large");
  }
  require(!c.edge_encoder || reads_edges(c.body) || c.readout == Readout::kEdge,
          "edge_encoder is on but no layer reads edge features");
}

void check_graph_values(const GraphModelConfig& c) {
  require(c.graph_value_width >= 0 && c.graph_value_layer >= 0,
          "widths of graph values must not be negative");
  require(c.graph_value_width > 0 || (c.graph_value_layer == 0 && c.graph_value_dropout == 0),
          "graph_value_layer and graph_value_dropout are for graph values, and there are none");
  require_fraction("graph_value_dropout", c.graph_value_dropout);
  check_scaling(c.graph_value_scaling, c.graph_value_width);
}

}  // namespace

const StmBody& stm_body(const GraphModelConfig& config) {
  if (const auto* body = std::get_if<StmBody>(&config.body)) return *body;
  throw ConfigError(fmt::format("graph model: the body is '{}', which has no settings of pLSTM blocks",
                                name_of(kGraphBodyNames, kind_of(config.body))));
}

StmBody& stm_body(GraphModelConfig& config) {
  return const_cast<StmBody&>(stm_body(std::as_const(config)));
}

void check_config(const GraphModelConfig& c) {
  check_features(c);
  check_body(c.body, c.width);
  require(c.width >= 1, fmt::format("width is {}, expected at least 1", c.width));
  require(c.width <= kMostWidth && c.graph_value_layer <= kMostWidth,
          fmt::format("width {} and graph_value_layer {} are expected to be at most {}", c.width,
                      c.graph_value_layer, kMostWidth));
  require(c.outputs >= 1, fmt::format("outputs is {}, expected at least 1", c.outputs));
  require(c.outputs <= kMostOutputs,
          fmt::format("outputs is {}, expected at most {}", c.outputs, kMostOutputs));
  require(is_positive(c.epsilon) && c.epsilon <= 1,
          fmt::format("epsilon is {}, expected more than 0 and at most 1", c.epsilon));
  require(c.path_totals >= 0 && c.path_totals <= kMostPathTotals,
          fmt::format("path_totals is {}, expected 0 to {}", c.path_totals, kMostPathTotals));
  require_fraction("dropout", c.dropout);
  check_graph_values(c);
  require(c.readout == Readout::kGraph || c.pooling == Pooling::kMean,
          "pooling is for outputs of graphs; leave it at mean where nodes or edges are read out");
}

}  // namespace plstm
