#include "plstm/train/loop/learner.hpp"

#include <memory>

namespace plstm {

Learner graph_learner(const GraphModel& model, std::span<const PreparedGraph> graphs) {
  const auto graph = [graphs](std::int32_t sample) -> const PreparedGraph& {
    return graphs[static_cast<std::size_t>(sample)];
  };
  Learner learner;
  learner.layout = &model.layout;
  learner.outputs = model.config.outputs;
  learner.samples = static_cast<std::int64_t>(graphs.size());
  learner.size = [graph](std::int32_t sample) {
    return static_cast<std::int64_t>(graph(sample).graph.dag.num_nodes());
  };
  if (model.config.readout == Readout::kNode) {
    learner.things = [graph](std::int32_t sample) -> std::int64_t {
      return graph(sample).graph.dag.num_nodes();
    };
  } else if (model.config.readout == Readout::kEdge) {
    learner.things = [graph](std::int32_t sample) -> std::int64_t {
      return graph(sample).graph.dag.num_edges();
    };
  }
  learner.make_forward = [&model, graph]() -> Forward {
    return [&model, graph, batch = std::make_shared<GraphBatch>()](Tape<float>& tape,
                                                                   std::span<const std::int32_t> samples) {
      if (samples.size() == 1) {
        batch->show(graph(samples[0]));  // a large graph is not copied
      } else {
        batch->clear();
        for (const std::int32_t sample : samples) batch->append(graph(sample));
      }
      return forward(tape, model, *batch);
    };
  };
  learner.check = [&model, graph](std::int32_t sample) { check_graph(model, graph(sample)); };
  return learner;
}

}  // namespace plstm
