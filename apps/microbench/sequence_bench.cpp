// The operator on sequences in float, forward as a prediction and as a training pass with its backward pass.
#include <plstm/stm/sequences/sequence_operator.hpp>

#include "benchmarks.hpp"
#include "support/measure/sequence_operands.hpp"

namespace plstm::bench {
namespace {

struct SequenceCase {
  const char* name;
  SequenceShape shape;
};

void add(const SequenceCase& c, const char* form_name, SequenceForm form, bool training) {
  add_benchmark(std::string("sequence/") + (training ? "training/" : "forward/") + form_name + "/" + c.name,
                [c, form, training](benchmark::State& state) {
                  SequenceOperands operands(c.shape);
                  time_iterations(state,
                                  [&] { training ? operands.train({form}) : operands.forward({form}); });
                  state.counters["steps/s"] = rate(static_cast<double>(c.shape.batch * c.shape.length));
                });
}

}  // namespace

void register_sequences(const Workload& workload) {
  const Index length = workload.sequence_length;
  const SequenceCase cases[]{{"long", {1, length, 4, 64, 64, {}}},
                             {"batch", {16, length / 16, 4, 32, 32, {}}},
                             {"tracking", {4, length / 16, 4, 16, 16, {4, 1, 4, 4, 1}}}};
  for (const SequenceCase& c : cases) {
    for (const bool training : {false, true}) {
      add(c, "chunkwise", SequenceForm::kChunkwise, training);
      add(c, "recurrent", SequenceForm::kRecurrent, training);
    }
  }
}

}  // namespace plstm::bench
