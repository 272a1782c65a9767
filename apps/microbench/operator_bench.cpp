// The operator in float, forward and backward, in every form, on the whole line graph (P-mode).
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <plstm/graph/line_graph.hpp>
#include <plstm/stm/graphs/operator.hpp>

#include "benchmarks.hpp"
#include "support/measure/multiply_adds.hpp"
#include "support/measure/operands.hpp"

namespace plstm::bench {
namespace {

// The widths of the paper's model.
constexpr Index kHeads = 4;
constexpr Index kWidth = 24;

StmGraph lay_out(const GraphCase& graph_case) {
  StmGraph all;
  for (const AttributedGraph& graph : graph_case.graphs) {
    all.append(make_stm_graph(graph.dag, make_line_graph(graph.dag)));
  }
  return all;
}

enum class Pass { kForward, kBackward };

void run(benchmark::State& state, const Workload& workload, const GraphCase& graph_case, Pass pass,
         StmForm form) {
  const StmGraph graph = lay_out(graph_case);
  Operands operands(graph, {kHeads, kWidth, kWidth});
  if (pass == Pass::kBackward) operands.forward_to_train(form);
  const double seconds = time_iterations(
      state, [&] { pass == Pass::kForward ? operands.forward(form) : operands.backward(form); });
  const OperatorWork work = form == StmForm::kClosed ? closed_multiply_adds(graph, kHeads, kWidth, kWidth)
                                                     : recurrent_multiply_adds(graph, kHeads, kWidth, kWidth);
  state.counters["edges/s"] = rate(graph.num_edges);
  count_multiply_adds(state, workload, pass == Pass::kForward ? work.forward : work.backward, seconds);
  state.SetLabel(std::to_string(graph.num_nodes) + " nodes, " + std::to_string(graph.num_edges) + " edges, " +
                 std::to_string(graph.num_line_edges) + " line edges");
}

// All forms, or only some of them where the others would take too long.
void add_forms(const Workload& workload, const GraphCase& graph_case,
               std::initializer_list<const char*> names) {
  for (const Pass pass : {Pass::kForward, Pass::kBackward}) {
    for (const NamedForm& f : kForms) {
      if (std::ranges::find(names, std::string_view(f.name)) == names.end()) continue;
      add_benchmark(std::string("operator/") + (pass == Pass::kForward ? "forward/" : "backward/") + f.name +
                        "/" + graph_case.name,
                    [&workload, graph_case, pass, form = f.form](benchmark::State& state) {
                      run(state, workload, graph_case, pass, form);
                    });
    }
  }
}

}  // namespace

void register_operator(const Workload& workload) {
  for (const GraphCase& c : workload.graphs)
    add_forms(workload, c, {"auto", "recurrent", "closed", "chunkwise", "doubling"});
  // Sizes at which one form becomes faster than another.
  for (const GraphCase& c : workload.sizes)
    add_forms(workload, c, {"auto", "recurrent", "closed", "chunkwise"});
}

}  // namespace plstm::bench
