#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/stm/graphs/operator.hpp>

namespace plstm::bench {

/// A form of the operator under the name that figures carry.
struct NamedForm {
  const char* name;
  StmForm form;
};
inline constexpr std::array<NamedForm, 5> kForms{{{"auto", StmForm::kAuto},
                                                  {"recurrent", StmForm::kRecurrent},
                                                  {"closed", StmForm::kClosed},
                                                  {"chunkwise", StmForm::kChunkwise},
                                                  {"doubling", StmForm::kDoubling}}};

struct OperandSizes {
  Index heads = 4;
  Index key_width = 24;
  Index value_width = 24;
};

/// Random inputs, output and gradients of calls of the operator in float, in the layout that projections
/// write. The gates keep states bounded on graphs of any depth. The same values in every run.
class Operands {
 public:
  /// Memory for a forward pass only. `graph` must outlive the object.
  Operands(const StmGraph& graph, OperandSizes sizes);

  /// Plans, unless the last call was of the same form on as many threads. As a prediction: keeps nothing.
  void forward(StmForm form);

  /// Likewise, but keeps what a backward pass needs, as a training pass does.
  void forward_to_train(StmForm form);

  /// After forward_to_train of the same form. The first call allocates what only the backward pass needs.
  void backward(StmForm form);

  /// Of all inputs and of the output.
  std::size_t forward_bytes() const;

  /// Makes the plan of a form; seconds it took.
  double plan(StmForm form);

 private:
  StmInputs<float> inputs() const;
  const StmPlan& planned(StmForm form);
  void allocate_gradients();

  const StmGraph& graph_;
  OperandSizes sizes_;
  std::vector<float> query_, key_, value_, source_, transition_, mark_, direct_, output_, output_gradient_;
  std::vector<std::vector<float>> gradients_;  // of the seven inputs, in their order
  StmWorkspace<float> workspace_;
  StmPlan plan_;
  StmStates<float> states_;
  int plan_threads_ = 0;  // 0: there is no plan
};

}  // namespace plstm::bench
