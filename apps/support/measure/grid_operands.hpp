#pragma once

#include <array>
#include <vector>

#include <plstm/stm/grids/grid_operator.hpp>

namespace plstm::bench {

/// Random inputs, output and gradients of calls of the operator on grids in float (P-mode), in the layout
/// that projections write. The transitions keep states bounded. The same values in every run.
class GridOperands {
 public:
  explicit GridOperands(const GridShape& shape);

  /// A forward pass that keeps what the backward pass needs, and that one, as in training.
  void forward(GridForm form);
  void backward(GridForm form);

 private:
  GridInputs<float> inputs() const;

  GridShape shape_;
  std::array<std::vector<float>, 12> inputs_, gradients_;  // in the order of GridInputs
  std::vector<float> output_, output_gradient_;
  GridWorkspace<float> workspace_;
  GridStates<float> states_;
};

}  // namespace plstm::bench
