#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/measure/molecules.hpp"

namespace plstm::bench {

/// The paper's model (defaults of GraphModelConfig) for these molecules; with an edge layer, bonds have an
/// encoder of their own.
GraphModel make_model(const MoleculeSet& molecules, StmLayerKind layer);

/// Its first parameters.
std::vector<float> make_parameters(const GraphModel& model);

/// 0, 1, ..., count - 1.
std::vector<std::int32_t> first_rows(std::size_t count);

/// Multiply-adds of one forward pass over these molecules, as model_multiply_adds counts them.
double forward_multiply_adds(const GraphModel& model, const MoleculeSet& molecules,
                             std::span<const std::int32_t> rows);

/// Random targets, one a molecule.
class Labels {
 public:
  explicit Labels(std::size_t rows);

  /// The object must outlive the data.
  TrainingData with(std::span<const std::int32_t> train) const;

 private:
  Matrix<float> targets_;
  Matrix<std::uint8_t> present_;
};

}  // namespace plstm::bench
