// A training step of a model that reads out nodes, on one random DAG.
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "memory.hpp"
#include "section.hpp"
#include "support/measure/clock.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

constexpr std::int32_t kValueWidth = 8;  // numbers a node brings

GraphModel make_node_model() {
  GraphModelConfig config;
  config.node_value_width = kValueWidth;
  config.width = 64;
  config.body = StmBody{.blocks = "PP", .heads = 4};
  config.readout = Readout::kNode;
  return make_graph_model(config);
}

// One graph, and a label for each of its nodes.
struct BigGraph {
  std::vector<PreparedGraph> graphs;
  std::vector<float> targets;
  std::vector<std::uint8_t> present;

  BigGraph(const GraphModel& model, Dag dag) {
    Random random(6);
    AttributedGraph graph;
    const auto nodes = static_cast<std::size_t>(dag.num_nodes());
    graph.dag = std::move(dag);
    graph.node_value_width = kValueWidth;
    graph.node_values.resize(nodes * kValueWidth);
    for (float& value : graph.node_values) value = static_cast<float>(random.normal());
    targets.resize(nodes);
    for (float& target : targets) target = static_cast<float>(random.normal());
    present.assign(nodes, 1);
    graphs.push_back(prepare_graph(std::move(graph), {.layouts = layouts_of(model)}));
  }
};

// Forward and backward pass over all nodes.
class NodeStep {
 public:
  NodeStep(const GraphModel& model, const BigGraph& graph)
      : graph_(graph),
        parameters_(initial_values<float>(model.layout, 5)),
        step_(graph_learner(model, graph.graphs), LossKind::kSquaredError, 1) {}

  void run() {
    const auto nodes = static_cast<Index>(graph_.targets.size());
    const std::int32_t sample = 0;
    step_.run(parameters_, {{graph_.targets.data(), nodes, 1}, {graph_.present.data(), nodes, 1}, {}, {}},
              {&sample, 1}, 1);
  }

 private:
  const BigGraph& graph_;
  std::vector<float> parameters_;
  TrainingStep step_;
};

void run_big_graph(const Context& context, Report& report) {
  const NodeId nodes =
      context.big_graph.nodes > 0 ? context.big_graph.nodes : context.by_scale(100000, 20000, 64);
  const std::int32_t degree = context.big_graph.degree;
  const GraphModel model = make_node_model();
  const auto measure = [&](Dag dag, bool one_thread) {
    const BigGraph graph(model, std::move(dag));
    NodeStep step(model, graph);
    step.run();  // allocates
    std::pair<double, double> seconds{0, 0};
    const Repeats repeats{context.big_graph.nodes > 0 ? 1 : context.by_scale(2, 2, 1)};
    seconds.first = bench::best_seconds(repeats, [&] { step.run(); });
    if (one_thread) {
      const ThreadLimit one(1);
      seconds.second = bench::best_seconds(repeats, [&] { step.run(); });
    }
    return seconds;
  };
  Dag dag = bench::random_dag(nodes, degree, nodes);
  report.add("big_graph.nodes", nodes);
  report.add("big_graph.edges", dag.num_edges());
  const auto [all, one] = measure(std::move(dag), true);
  report.add("big_graph.step_s", all);
  report.add("big_graph.step_1_thread_s", one);
  report.add("big_graph.thread_speedup", one / all);
  const auto peak = peak_memory();
  if (peak.has_value()) {
    report.add("big_graph.peak_memory_gb", *peak / 1e9);
  } else {
    report.note("nothing about memory: this system does not say how much a process used at most");
  }
  const double windowed = measure(bench::random_dag(nodes, degree, 1000), false).first;
  report.add("big_graph.windowed_step_s", windowed);
  report.add("big_graph.over_windowed", all / windowed);
}

}  // namespace

Section big_graph_section() {
  return {
      "big_graph",
      "forward and backward pass of a node model (width 64, PP, 4 heads) on a random DAG of 100,000 nodes "
      "(quick: "
      "20,000) with 5 edges a node, or as --nodes and --degree say",
      {{"big_graph.nodes", "nodes", "of the random DAG"},
       {"big_graph.edges", "edges", "likewise"},
       {"big_graph.step_s", "s", "forward and backward pass, all threads"},
       {"big_graph.step_1_thread_s", "s", "the same on one thread"},
       {"big_graph.thread_speedup", "1", "ratio of the two"},
       {"big_graph.peak_memory_gb", "GB", "resident memory of the program at most, with the graph; Linux"},
       {"big_graph.windowed_step_s", "s", "all threads, edges only from the 1,000 nodes before a node"},
       {"big_graph.over_windowed", "1", "step_s over it"}},
      false,
      run_big_graph};
}

}  // namespace plstm::perf
