// What a project that links plstm looks like: a Boost graph goes through the operator, then a model learns
// the heights of random trees, is saved and read back. Ends with 1 if a result is not what it must be.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>

#include <plstm/core/random.hpp>
#include <plstm/graph/boost.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/stm/graphs/operator.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/loop/trainer.hpp>

// All gates open, a one at the first corner of a grid: the operator counts the paths to every node.
double count_paths(std::size_t side) {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> grid(side * side);
  for (std::size_t node = 0; node < side * side; ++node) {
    if ((node + 1) % side != 0) add_edge(node, node + 1, grid);
    if (node + side < side * side) add_edge(node, node + side, grid);
  }
  const plstm::Dag dag = plstm::make_dag(grid);
  const plstm::StmGraph graph = plstm::make_stm_graph(dag, plstm::make_line_graph(dag));

  std::vector<double> value(side * side, 0.0), count(side * side);
  value.front() = 1;
  const auto longest = std::max({graph.num_nodes, graph.num_edges, graph.num_line_edges});
  const std::vector<double> ones(static_cast<std::size_t>(longest), 1.0);
  const auto one_each = plstm::heads_in_columns(ones.data(), 1, 1);
  const plstm::StmInputs<double> inputs{.heads = 1,
                                        .key_width = 1,
                                        .value_width = 1,
                                        .query = one_each,
                                        .key = one_each,
                                        .value = plstm::heads_in_columns<const double>(value.data(), 1, 1),
                                        .source = one_each,
                                        .transition = one_each,
                                        .mark = one_each,
                                        .direct = one_each};
  plstm::StmWorkspace<double> workspace;
  plstm::stm_forward(graph, inputs, plstm::heads_in_columns(count.data(), 1, 1), plstm::StmForm::kAuto,
                     workspace);
  return count.back();
}

// A tree whose every node carries the number 1, and its height.
plstm::PreparedGraph make_tree(plstm::Random& random, float& height) {
  const plstm::NodeId num_nodes = 2 + static_cast<plstm::NodeId>(random.below(12));
  std::vector<plstm::Arc> edges;
  std::vector<float> depth(static_cast<std::size_t>(num_nodes), 0.0f);
  for (plstm::NodeId child = 1; child < num_nodes; ++child) {
    const auto parent = static_cast<plstm::NodeId>(random.below(static_cast<std::uint64_t>(child)));
    edges.push_back({parent, child});
    depth[static_cast<std::size_t>(child)] = depth[static_cast<std::size_t>(parent)] + 1;
  }
  height = *std::max_element(depth.begin(), depth.end());
  plstm::AttributedGraph graph;
  graph.dag = plstm::Dag(num_nodes, std::move(edges));
  graph.node_value_width = 1;
  graph.node_values.assign(depth.size(), 1.0f);
  return plstm::prepare_graph(std::move(graph));
}

int main() {
  const double paths = count_paths(5);
  std::printf("paths across a grid of 5 x 5 nodes: %g\n", paths);  // 8 choose 4

  plstm::Random random(1);
  std::vector<plstm::PreparedGraph> trees;
  plstm::Matrix<float> heights(64, 1);
  for (plstm::Index i = 0; i < heights.rows(); ++i) trees.push_back(make_tree(random, heights(i, 0)));
  const plstm::Matrix<std::uint8_t> present = plstm::Matrix<std::uint8_t>::Ones(heights.rows(), 1);
  const std::vector<std::int32_t> rows = plstm::random_permutation(64, random);

  plstm::TrainedModel trained;
  trained.config.node_value_width = 1;
  trained.config.width = 16;
  plstm::stm_body(trained.config).heads = 2;
  trained.tasks.resize(1);
  trained.target_names = {"height"};
  const plstm::GraphModel model = plstm::make_graph_model(trained.config);
  const plstm::TrainingData data{.targets = {heights.data(), heights.rows(), 1},
                                 .present = {present.data(), heights.rows(), 1},
                                 .train = rows,
                                 .validation = {}};
  plstm::TrainOptions options;
  options.epochs = 40;
  options.batch_size = 16;
  options.learning_rate = 5e-3;
  const plstm::TrainResult result = plstm::train(
      plstm::graph_learner(model, trees), plstm::initial_values<float>(model.layout, 1), data, options);
  const double first = result.history.front().train_loss, last = result.history.back().train_loss;
  std::printf("mean squared error of the heights: %.2f in the first epoch, %.2f in the last\n", first, last);

  trained.parameters = result.parameters;
  plstm::save_model("heights.safetensors", trained);
  const plstm::TrainedModel loaded = plstm::load_model("heights.safetensors");
  const plstm::GraphModel restored = plstm::make_graph_model(loaded.config);
  const bool same = plstm::predict(plstm::graph_learner(model, trees), result.parameters, rows) ==
                    plstm::predict(plstm::graph_learner(restored, trees), loaded.parameters, rows);
  std::printf("the model read back predicts %s\n", same ? "the same" : "something else");

  return paths == 70 && last < 0.2 * first && same ? 0 : 1;
}
