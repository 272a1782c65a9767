#include "support/measure/multiply_adds.hpp"

#include <variant>
#include <vector>

namespace plstm::bench {
namespace {

double size_of(const GraphModel& model, const LinearLayer& layer) {
  return layer.weight.valid() ? static_cast<double>(model.layout[layer.weight].size) : 0;
}

double block_multiply_adds(const GraphModel& model, const Block& block, const StmGraph& graph) {
  const StmLayer& layer = block.layer;
  const StmLayerOptions& o = layer.options;
  const double nodes = graph.num_nodes;
  double sum = recurrent_multiply_adds(graph, o.heads, o.key_width, o.value_width).forward;
  for (const LinearLayer* map :
       {&layer.query, &layer.key, &layer.value, &layer.direct, &layer.out, &block.up, &block.down}) {
    sum += nodes * size_of(model, *map);
  }
  const double gates =
      size_of(model, layer.source) + size_of(model, layer.mark) + size_of(model, layer.transition);
  if (o.kind == StmLayerKind::kNode) return sum + nodes * gates;
  // Source and mark read one node and one edge, the transition one node and two edges.
  const auto node_part = static_cast<double>(3 * o.heads * o.width);
  return sum + nodes * node_part + graph.num_edges * (gates - node_part);
}

// Maps of nodes and edges and, a term per number, the sums over neighbours.
double message_multiply_adds(const GraphModel& model, const MessageLayer& layer, const GraphBatch& batch) {
  const MessageLayerOptions& o = layer.options;
  double maps = 0;
  for (const LinearLayer* map :
       {&layer.value, &layer.up, &layer.down, &layer.target, &layer.source, &layer.update}) {
    maps += size_of(model, *map);
  }
  const bool with_self = o.kind == MessageLayerKind::kGcn || o.kind == MessageLayerKind::kGat;
  const double terms = 2.0 * batch.num_edges() + (with_self ? batch.num_nodes() : 0);
  const double edge_maps = size_of(model, layer.edge) + size_of(model, layer.successor_edge);
  return batch.num_nodes() * maps + batch.num_edges() * edge_maps + terms * static_cast<double>(o.width);
}

// Maps of nodes and edges and, a term per number, what nodes gather along their edges.
double cell_multiply_adds(const GraphModel& model, const CellLayer& layer, const GraphBatch& batch) {
  double sum = batch.num_nodes() * size_of(model, layer.out);
  for (const CellParameters& cell : layer.cells) {
    for (const LinearLayer* map : {&cell.input, &cell.recurrent, &cell.gate, &cell.message})
      sum += batch.num_nodes() * size_of(model, *map);
    sum += batch.num_edges() * (size_of(model, cell.edge) + static_cast<double>(layer.options.width));
  }
  return sum;
}

// Maps of nodes, and two products for each pair of nodes that see each other.
double transformer_multiply_adds(const GraphModel& model, const DagTransformerLayer& layer,
                                 const GraphBatch& batch, double pairs) {
  double maps = 0;
  for (const LinearLayer* map : {&layer.attention.qkv, &layer.attention.proj, &layer.up, &layer.down})
    maps += size_of(model, *map);
  return batch.num_nodes() * maps + 2 * pairs * static_cast<double>(layer.options.width);
}

double pairs_of(const GraphModel& model, const GraphBatch& batch) {
  Reachability reach;
  reach.find(batch.layouts.at(StmMode::kPropagation, false),
             static_cast<std::int32_t>(std::get<DagTransformerBody>(model.config.body).hops));
  double pairs = 0;
  for (NodeId n = 0; n < reach.num_nodes(); ++n) reach.for_each(n, [&](NodeId) { ++pairs; });
  return pairs;
}

double layers_multiply_adds(const GraphModel& model, const std::vector<DirectedBlock>& blocks,
                            const GraphBatch& batch) {
  double sum = 0;
  for (const auto& [block, reversed] : blocks)
    sum += block_multiply_adds(model, block, batch.layouts.at(block.layer.options.mode, reversed));
  return sum;
}

double layers_multiply_adds(const GraphModel& model, const std::vector<MessageLayer>& layers,
                            const GraphBatch& batch) {
  double sum = 0;
  for (const MessageLayer& layer : layers) sum += message_multiply_adds(model, layer, batch);
  return sum;
}

double layers_multiply_adds(const GraphModel& model, const std::vector<CellLayer>& layers,
                            const GraphBatch& batch) {
  double sum = 0;
  for (const CellLayer& layer : layers) sum += cell_multiply_adds(model, layer, batch);
  return sum;
}

double layers_multiply_adds(const GraphModel& model, const std::vector<DagTransformerLayer>& layers,
                            const GraphBatch& batch) {
  const double pairs = pairs_of(model, batch);
  double sum = 0;
  for (const DagTransformerLayer& layer : layers)
    sum += transformer_multiply_adds(model, layer, batch, pairs);
  return sum;
}

double layers_multiply_adds(const GraphModel&, const std::monostate&, const GraphBatch&) {
  return 0;
}

}  // namespace

OperatorWork recurrent_multiply_adds(const StmGraph& graph, Index heads, Index key_width, Index value_width) {
  const double n = graph.num_nodes, e = graph.num_edges, l = graph.num_line_edges;
  const auto h = static_cast<double>(heads), k = static_cast<double>(key_width),
             v = static_cast<double>(value_width);
  return {h * ((2 * e + l) * k * v + n * (2 * k + v)), h * ((6 * e + 3 * l) * k * v + n * (3 * k + 4 * v))};
}

OperatorWork closed_multiply_adds(const StmGraph& graph, Index heads, Index key_width, Index value_width) {
  const auto h = static_cast<double>(heads), k = static_cast<double>(key_width),
             v = static_cast<double>(value_width);
  OperatorWork work;
  for (std::size_t part = 1; part < graph.parts.size(); ++part) {
    const StmGraph::Part& begin = graph.parts[part - 1];
    const StmGraph::Part& end = graph.parts[part];
    const double n = end.node - begin.node, e = end.edge - begin.edge, l = end.line_edge - begin.line_edge;
    work.forward += h * n * (2 * e + l + n * (k + v));
    work.backward += h * n * (4 * e + 3 * l + n * (3 * k + 2 * v));
  }
  return work;
}

double model_multiply_adds(const GraphModel& model, const GraphBatch& batch) {
  double sum = batch.num_nodes() * size_of(model, model.node_encoder) +
               batch.num_edges() * size_of(model, model.edge_encoder) +
               batch.num_graphs() * (size_of(model, model.graph_value_encoder) +
                                     size_of(model, model.hidden) + size_of(model, model.head));
  sum +=
      std::visit([&](const auto& layers) { return layers_multiply_adds(model, layers, batch); }, model.body);
  return sum;
}

}  // namespace plstm::bench
