// The steps from a list of edges to the input of the operator.
#include <plstm/graph/level_schedule.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>

#include "benchmarks.hpp"

namespace plstm::bench {
namespace {

// Measures `step` on each graph. `prepare` makes its input outside the measured time.
template <class Prepare, class Step>
void add_step(const GraphCase& graph_case, const std::string& name, const Prepare& prepare,
              const Step& step) {
  add_benchmark("graph/" + name + "/" + graph_case.name,
                [&graph_case, prepare, step](benchmark::State& state) {
                  std::vector<decltype(prepare(graph_case.graphs.front()))> inputs;
                  double edges = 0;
                  for (const AttributedGraph& graph : graph_case.graphs) {
                    inputs.push_back(prepare(graph));
                    edges += graph.dag.num_edges();
                  }
                  for (auto _ : state) {
                    for (const auto& input : inputs) benchmark::DoNotOptimize(step(input));
                  }
                  state.counters["edges/s"] = rate(edges);
                });
}

LineGraph line_graph_of(const AttributedGraph& graph) {
  return make_line_graph(graph.dag);
}

}  // namespace

void register_graph_building(const Workload& workload) {
  for (const GraphCase& c : workload.graphs) {
    const auto itself = [](const AttributedGraph& graph) { return graph; };
    add_step(c, "dag", itself, [](const AttributedGraph& graph) {
      return Dag(graph.dag.num_nodes(), {graph.dag.edges().begin(), graph.dag.edges().end()});
    });
    add_step(c, "line_graph", itself, line_graph_of);
    add_step(c, "levels", line_graph_of, make_level_schedule);
    add_step(c, "multitree", line_graph_of, prune_to_multitree);
    add_step(c, "prepare", itself, [](const AttributedGraph& graph) { return prepare_graph(graph); });
  }
}

}  // namespace plstm::bench
