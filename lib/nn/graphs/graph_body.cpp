#include "plstm/nn/graphs/graph_body.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/transformer/reachability.hpp>

#include "nn/shared/setting_limits.hpp"

namespace plstm {

namespace {

constexpr Index kMostDegree = Index{1} << 15;  // a node layer has parameters for each pair of edges of a node

void require(bool condition, const std::string& message) {
  if (!condition) throw ConfigError("graph model: " + message);
}

void check_heads(Index width, Index heads) {
  require(width > 0 && heads > 0 && width % heads == 0,
          fmt::format("width {} must be a positive multiple of heads {}", width, heads));
}

void check(const StmBody& body, Index width) {
  check_heads(width, body.heads);
  require(body.max_degree >= 0 && body.max_degree <= kMostDegree,
          fmt::format("max_degree is {}, expected 0 to {}", body.max_degree, kMostDegree));
  require(is_fraction(body.drop_path),
          fmt::format("drop_path is {}, expected 0 <= drop_path < 1", body.drop_path));
  const auto count = static_cast<Index>(body.blocks.size());
  require(count >= 1 && count <= kMostBlocks,
          fmt::format("blocks has {} letters, expected 1 to {} of P and D", count, kMostBlocks));
  require(body.blocks.find_first_not_of("PD") == std::string::npos,
          fmt::format("blocks is '{}', expected letters P and D", body.blocks));
  require(body.layer != StmLayerKind::kNode || body.max_degree > 0, "a node layer needs max_degree");
}

void check(const MessageBody& body, Index width) {
  if (body.kind == MessageLayerKind::kGat) check_heads(width, body.heads);
  require(body.layers >= 1 && body.layers <= kMostBlocks,
          fmt::format("layers is {}, expected 1 to {}", body.layers, kMostBlocks));
}

void check(const CellBody& body, Index) {
  require(body.layers >= 1 && body.layers <= kMostBlocks,
          fmt::format("layers is {}, expected 1 to {}", body.layers, kMostBlocks));
}

void check(const DagTransformerBody& body, Index width) {
  check_heads(width, body.heads);
  require(body.layers >= 1 && body.layers <= kMostBlocks,
          fmt::format("layers is {}, expected 1 to {}", body.layers, kMostBlocks));
  require(body.hops >= 0 && body.hops <= Reachability::kMostNodes,
          fmt::format("hops is {}, expected 0 to {}", body.hops, Reachability::kMostNodes));
}

void check(const NoBody&, Index) {}

GraphBodyKind body_kind(const StmBody&) {
  return GraphBodyKind::kStm;
}

GraphBodyKind body_kind(const MessageBody& body) {
  switch (body.kind) {
    case MessageLayerKind::kGcn:
      return GraphBodyKind::kGcn;
    case MessageLayerKind::kGat:
      return GraphBodyKind::kGat;
    case MessageLayerKind::kGin:
      return GraphBodyKind::kGin;
    case MessageLayerKind::kMpnn:
      return GraphBodyKind::kMpnn;
    case MessageLayerKind::kDirectedGcn:
      return GraphBodyKind::kDirectedGcn;
    case MessageLayerKind::kDirectedGin:
      return GraphBodyKind::kDirectedGin;
    case MessageLayerKind::kDirectedLstm:
      return GraphBodyKind::kDirectedLstm;
    case MessageLayerKind::kLstm:
      break;
  }
  return GraphBodyKind::kLstm;
}

GraphBodyKind body_kind(const CellBody& body) {
  switch (body.kind) {
    case CellKind::kDagnn:
      return GraphBodyKind::kDagnn;
    case CellKind::kDvae:
      return GraphBodyKind::kDvae;
    case CellKind::kTreeLstm:
      return GraphBodyKind::kTreeLstm;
    case CellKind::kMaxPlus:
      break;
  }
  return GraphBodyKind::kMaxPlus;
}

GraphBodyKind body_kind(const DagTransformerBody&) {
  return GraphBodyKind::kDagTransformer;
}

GraphBodyKind body_kind(const NoBody&) {
  return GraphBodyKind::kNone;
}

}  // namespace

GraphBodyKind kind_of(const GraphBody& body) {
  return std::visit([](const auto& some) { return body_kind(some); }, body);
}

GraphBody default_body(GraphBodyKind kind) {
  switch (kind) {
    case GraphBodyKind::kGcn:
      return MessageBody{.kind = MessageLayerKind::kGcn};
    case GraphBodyKind::kGat:
      return MessageBody{.kind = MessageLayerKind::kGat};
    case GraphBodyKind::kGin:
      return MessageBody{.kind = MessageLayerKind::kGin};
    case GraphBodyKind::kMpnn:
      return MessageBody{.kind = MessageLayerKind::kMpnn};
    case GraphBodyKind::kLstm:
      return MessageBody{.kind = MessageLayerKind::kLstm};
    case GraphBodyKind::kDirectedGcn:
      return MessageBody{.kind = MessageLayerKind::kDirectedGcn};
    case GraphBodyKind::kDirectedGin:
      return MessageBody{.kind = MessageLayerKind::kDirectedGin};
    case GraphBodyKind::kDirectedLstm:
      return MessageBody{.kind = MessageLayerKind::kDirectedLstm};
    case GraphBodyKind::kDagnn:
      return CellBody{.kind = CellKind::kDagnn};
    case GraphBodyKind::kDvae:
      return CellBody{.kind = CellKind::kDvae};
    case GraphBodyKind::kTreeLstm:
      return CellBody{.kind = CellKind::kTreeLstm};
    case GraphBodyKind::kMaxPlus:
      return CellBody{.kind = CellKind::kMaxPlus};
    case GraphBodyKind::kDagTransformer:
      return DagTransformerBody{};
    case GraphBodyKind::kNone:
      return NoBody{};
    case GraphBodyKind::kStm:
      break;
  }
  return StmBody{};
}

std::string pd_blocks(Index n) {
  if (n < 0 || n > kMostBlocks / 2) {
    throw ConfigError(fmt::format("graph model: pd_blocks is {}, expected 0 to {}", n, kMostBlocks / 2));
  }
  std::string blocks;
  for (Index i = 0; i < n; ++i) blocks += "PD";
  return blocks;
}

void check_body(const GraphBody& body, Index width) {
  std::visit([&](const auto& some) { check(some, width); }, body);
}

bool reads_edges(const GraphBody& body) {
  if (const auto* message = std::get_if<MessageBody>(&body)) return reads_edges(message->kind);
  if (const auto* cells = std::get_if<CellBody>(&body)) return reads_edges(cells->kind);
  const auto* stm = std::get_if<StmBody>(&body);
  return stm != nullptr && (stm->layer == StmLayerKind::kEdge || stm->neighbours);
}

bool has_node_layers(const GraphBody& body) {
  const auto* stm = std::get_if<StmBody>(&body);
  return stm != nullptr && stm->layer == StmLayerKind::kNode;
}

}  // namespace plstm
