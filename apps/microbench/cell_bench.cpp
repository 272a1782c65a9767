// Training passes of recurrent cells beside a block of pLSTM, on a deep and narrow graph such as a circuit: one layer
// along the edges, width 64. What a model has around its body is in all of them, and by itself.
#include <algorithm>
#include <string_view>
#include <vector>

#include <plstm/nn/graphs/graph_model.hpp>

#include "benchmarks.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::bench {
namespace {

// Levels of about ten nodes, with two in-edges each.
AttributedGraph deep_graph(NodeId nodes) {
  AttributedGraph graph;
  graph.dag = random_dag(nodes, 2, 18);
  graph.node_code_width = 1;
  for (NodeId n = 0; n < nodes; ++n) graph.node_codes.push_back(n % 3);
  return graph;
}

GraphBody body_of(std::string_view name) {
  GraphBody body = default_body(parse_named(kGraphBodyNames, "body", name));
  if (auto* cells = std::get_if<CellBody>(&body)) {
    cells->layers = 1;
    cells->directions = CellDirections::kForward;
  }
  if (auto* blocks = std::get_if<StmBody>(&body)) blocks->blocks = "P";
  return body;
}

// Memory of one model for all its passes.
class TrainingPass {
 public:
  TrainingPass(const GraphBody& body, const GraphBatch& batch) : batch_(batch) {
    GraphModelConfig config;
    config.node_vocabulary_sizes = {3};
    config.width = 64;
    config.readout = Readout::kNode;
    config.body = body;
    model_ = make_graph_model(config);
    values_ = initial_values<float>(model_.layout, 1);
    gradients_.resize(values_.size());
  }

  void run() {
    tape_.start(model_.layout, values_.data(), gradients_.data(), {.gradients = true});
    const Var<float> y = forward(tape_, model_, batch_);
    tape_.gradient_matrix(y).setConstant(1);
    tape_.backward();
  }

 private:
  const GraphBatch& batch_;
  GraphModel model_;
  std::vector<float> values_, gradients_;
  Tape<float> tape_;
};

void pass(benchmark::State& state, std::string_view name, bool small) {
  const PreparedGraph graph = prepare_graph(deep_graph(small ? 100 : 30000));
  GraphBatch batch;
  batch.show(graph);
  TrainingPass own(body_of(name), batch), block(body_of("plstm"), batch);
  own.run();
  block.run();
  const auto seconds_of = [](TrainingPass& some) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    some.run();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  // Turn by turn, so that what else the machine does falls on both.
  std::vector<double> seconds, of_block;
  for (auto _ : state) {
    seconds.push_back(seconds_of(own));
    of_block.push_back(seconds_of(block));
    state.SetIterationTime(seconds.back());
  }
  std::ranges::sort(seconds);
  std::ranges::sort(of_block);
  state.counters["nodes/s"] = rate(graph.graph.dag.num_nodes());
  state.counters["of_block"] = seconds[seconds.size() / 2] / of_block[of_block.size() / 2];
}

}  // namespace

void register_cells(const Workload& workload) {
  for (const std::string_view name : {"none", "dagnn", "dvae", "tree-lstm", "max-plus", "gin", "plstm"}) {
    benchmark::RegisterBenchmark(("cells/training_pass/" + std::string(name)).c_str(),
                                 [name, small = workload.scale == Scale::kSmall](benchmark::State& state) {
                                   pass(state, name, small);
                                 })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace plstm::bench
