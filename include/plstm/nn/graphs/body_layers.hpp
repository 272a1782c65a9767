#pragma once

#include <variant>
#include <vector>

#include <plstm/nn/graphs/block.hpp>
#include <plstm/nn/graphs/cells/cell_layer.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>
#include <plstm/nn/graphs/message_layer.hpp>
#include <plstm/nn/graphs/transformer/dag_transformer.hpp>

namespace plstm {

/// A block of StmBody with the direction that it runs in.
struct DirectedBlock {
  Block block;
  bool reversed = false;  ///< on the reversed DAG
};

/// The layers of a GraphBody, first to last, in the order of its alternatives: StmBody, MessageBody, CellBody,
/// DagTransformerBody, NoBody.
using BodyLayers = std::variant<std::vector<DirectedBlock>, std::vector<MessageLayer>, std::vector<CellLayer>,
                                std::vector<DagTransformerLayer>, std::monostate>;

/// Adds the parameters of the layers of config.body.
BodyLayers add_body_layers(ParameterLayout& layout, const GraphModelConfig& config);

/// The layouts that the layers and all readers of degrees and ends of edges need, for PrepareOptions.
LayoutSet layouts_of(const BodyLayers& layers);

/// The states of the nodes [N, D] behind the layers, from their encodings x [N, D] and those of the edges [E, D], which
/// are absent where the body reads none. Layers and batch must outlive the pass.
template <class T>
Var<T> apply(Tape<T>& tape, const BodyLayers& layers, const GraphModelConfig& config, const GraphBatch& batch,
             const Var<T>& x, const Var<T>& edges);

}  // namespace plstm
