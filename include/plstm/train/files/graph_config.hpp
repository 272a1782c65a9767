#pragma once

#include <string>
#include <string_view>

#include <plstm/nn/graphs/graph_model.hpp>

namespace plstm {

/// The configuration as JSON text, all settings by name.
std::string to_json(const GraphModelConfig& config);

/// Inverse of to_json. Throws FileError naming the setting that is missing, unknown or of the wrong kind.
GraphModelConfig parse_graph_model_config(std::string_view json);

}  // namespace plstm
