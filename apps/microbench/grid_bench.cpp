// The operator on grids in float, forward and backward, in every form: a batch of the vision model and one
// large grid.
#include <string>

#include <plstm/stm/grids/grid_operator.hpp>

#include "benchmarks.hpp"
#include "support/measure/grid_operands.hpp"

namespace plstm::bench {
namespace {

struct GridCase {
  const char* name;
  GridShape shape;
};

struct NamedGridForm {
  const char* name;
  GridForm form;
};
constexpr NamedGridForm kGridForms[] = {{"auto", GridForm::kAuto},
                                        {"recurrent", GridForm::kRecurrent},
                                        {"chunkwise", GridForm::kChunkwise},
                                        {"dense", GridForm::kDense},
                                        {"sliced", GridForm::kSliced}};

void run(benchmark::State& state, const GridShape& shape, bool forward, GridForm form) {
  GridOperands operands(shape);
  operands.forward(form);
  time_iterations(state, [&] { forward ? operands.forward(form) : operands.backward(form); });
  state.counters["nodes/s"] = rate(static_cast<double>(shape.batch * shape.size_x * shape.size_y));
}

}  // namespace

void register_grids(const Workload& workload) {
  const bool small = workload.scale == Scale::kSmall;
  const GridCase cases[] = {
      {"8x8_o4", {small ? 1 : 32, 8, 8, 4, 16, 16, {}, 4}},
      {"16x16_o4", {small ? 1 : 8, 16, 16, 4, 32, 32, {}, 4}},
      {"64x64_o1", {1, small ? 5 : 64, small ? 5 : 64, 4, 32, 32, {}, 1}},
  };
  for (const GridCase& c : cases) {
    for (const NamedGridForm& f : kGridForms) {
      if (f.form == GridForm::kDense && c.shape.size_x > 16) continue;  // its cost is quadratic
      for (const bool forward : {true, false}) {
        add_benchmark(std::string("grid/") + (forward ? "forward/" : "backward/") + f.name + "/" + c.name,
                      [shape = c.shape, form = f.form, forward](benchmark::State& state) {
                        run(state, shape, forward, form);
                      });
      }
    }
  }
}

}  // namespace plstm::bench
