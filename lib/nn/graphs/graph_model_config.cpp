#include "plstm/nn/graphs/graph_model_config.hpp"

#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "nn/graphs/graph_body.hpp"
#include "nn/shared/setting_limits.hpp"

namespace plstm {

namespace {

constexpr Index kMostDegree = Index{1} << 15;  // a node layer has parameters for each pair of edges of a node

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
  require(!c.edge_encoder || reads_edges(c) || c.readout == Readout::kEdge,
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

void check_body(const GraphModelConfig& c) {
  if (c.body == GraphBody::kStm) {
    const auto count = static_cast<Index>(c.blocks.size());
    require(count >= 1 && count <= kMostBlocks,
            fmt::format("blocks has {} letters, expected 1 to {} of P and D", count, kMostBlocks));
    require(c.blocks.find_first_not_of("PD") == std::string::npos,
            fmt::format("blocks is '{}', expected letters P and D", c.blocks));
    require(c.layer != StmLayerKind::kNode || c.max_degree > 0, "a node layer needs max_degree");
    return;
  }
  require(c.body == GraphBody::kNone || (c.layers >= 1 && c.layers <= kMostBlocks),
          fmt::format("layers is {}, expected 1 to {}", c.layers, kMostBlocks));
  require(
      !c.gated && !c.neighbours && !c.residual_scale && c.drop_path == 0,
      "gated, neighbours, residual_scale and drop_path belong to blocks of the paper, this body has none");
}

}  // namespace

std::optional<MessageLayerKind> message_kind(GraphBody body) {
  switch (body) {
    case GraphBody::kGcn:
      return MessageLayerKind::kGcn;
    case GraphBody::kGat:
      return MessageLayerKind::kGat;
    case GraphBody::kGin:
      return MessageLayerKind::kGin;
    case GraphBody::kMpnn:
      return MessageLayerKind::kMpnn;
    case GraphBody::kLstm:
      return MessageLayerKind::kLstm;
    case GraphBody::kStm:
    case GraphBody::kNone:
      break;
  }
  return std::nullopt;
}

bool is_node_model(const GraphModelConfig& c) {
  return c.body == GraphBody::kStm && c.layer == StmLayerKind::kNode;
}

std::string pd_blocks(Index n) {
  if (n < 0 || n > kMostBlocks / 2) {
    throw ConfigError(fmt::format("graph model: pd_blocks is {}, expected 0 to {}", n, kMostBlocks / 2));
  }
  std::string blocks;
  for (Index i = 0; i < n; ++i) blocks += "PD";
  return blocks;
}

bool reads_edges(const GraphModelConfig& c) {
  const auto kind = message_kind(c.body);
  if (kind.has_value()) return reads_edges(*kind);
  return c.body == GraphBody::kStm && (!is_node_model(c) || c.neighbours);
}

void check_config(const GraphModelConfig& c) {
  check_features(c);
  if (c.body == GraphBody::kStm || c.body == GraphBody::kGat) {
    require(c.width > 0 && c.heads > 0 && c.width % c.heads == 0,
            fmt::format("width {} must be a positive multiple of heads {}", c.width, c.heads));
  }
  require(c.width >= 1, fmt::format("width is {}, expected at least 1", c.width));
  require(c.width <= kMostWidth && c.graph_value_layer <= kMostWidth,
          fmt::format("width {} and graph_value_layer {} are expected to be at most {}", c.width,
                      c.graph_value_layer, kMostWidth));
  require(c.max_degree >= 0 && c.max_degree <= kMostDegree,
          fmt::format("max_degree is {}, expected 0 to {}", c.max_degree, kMostDegree));
  require(c.outputs >= 1, fmt::format("outputs is {}, expected at least 1", c.outputs));
  require(c.outputs <= kMostOutputs,
          fmt::format("outputs is {}, expected at most {}", c.outputs, kMostOutputs));
  require(is_positive(c.epsilon), fmt::format("epsilon is {}, expected more than 0", c.epsilon));
  require_fraction("dropout", c.dropout);
  require_fraction("drop_path", c.drop_path);
  check_graph_values(c);
  require(c.readout == Readout::kGraph || c.pooling == Pooling::kMean,
          "pooling is for outputs of graphs; leave it at mean where nodes or edges are read out");
  check_body(c);
}

}  // namespace plstm
