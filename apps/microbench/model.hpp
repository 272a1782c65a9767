#pragma once

#include <plstm/nn/graph_model.hpp>

#include "molecules.hpp"

namespace plstm::microbench {

/// The paper's model (defaults of GraphModelConfig) for these molecules; with an edge layer, bonds have an
/// encoder of their own.
GraphModel make_model(const MoleculeSet& molecules, StmLayerKind layer);

/// Its first parameters.
std::vector<float> make_parameters(const GraphModel& model);

/// 0, 1, ..., count - 1.
std::vector<std::int32_t> first_rows(std::size_t count);

}  // namespace plstm::microbench
