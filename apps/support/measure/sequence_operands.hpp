#pragma once

#include <array>
#include <vector>

#include <plstm/stm/sequences/sequence_operator.hpp>

namespace plstm::bench {

/// Random inputs, output and gradients of calls of the operator on sequences in float, in the layout that
/// projections write. The gates keep states bounded. The same values in every run.
class SequenceOperands {
 public:
  explicit SequenceOperands(const SequenceShape& shape);

  /// Forward pass that keeps what the backward pass needs, and the backward pass.
  void train(const SequenceOptions& options);

  /// A forward pass that keeps nothing.
  void forward(const SequenceOptions& options);

 private:
  HeadRows<const float> rows(std::size_t i) const;
  HeadRows<float> output_rows();
  SequenceInputs<float> inputs() const;

  SequenceShape shape_;
  std::array<Index, 7> widths_;  // of the seven inputs, in their order
  std::array<std::vector<float>, 7> inputs_, gradients_;
  std::vector<float> output_, output_gradient_;
  SequenceWorkspace<float> workspace_;
  SequenceStates<float> states_;
};

}  // namespace plstm::bench
