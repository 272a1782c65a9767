#pragma once

#include <optional>

#include <plstm/nn/graphs/graph_model_config.hpp>

// What follows from the body of a graph model.
namespace plstm {

/// The message layers of the body, if it has any.
std::optional<MessageLayerKind> message_kind(GraphBody body);

/// Whether the gates are made from nodes alone, so that degrees have an upper limit.
bool is_node_model(const GraphModelConfig& config);

}  // namespace plstm
