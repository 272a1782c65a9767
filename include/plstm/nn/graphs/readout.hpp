#pragma once

namespace plstm {

/// What a model gives an output for.
enum class Readout {
  kGraph,  ///< each graph
  kNode,   ///< each node
  kEdge,   ///< each edge
};

}  // namespace plstm
