#include "plstm/nn/graphs/transformer/dag_transformer.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

struct TransformerSample {
  StmGraph graph;
  Reachability reach;
  LayerInputs inputs;
  DagTransformerLayer layer;

  explicit TransformerSample(const Dag& dag, double dropout = 0)
      : graph(make_stm_graph(dag, make_line_graph(dag))) {
    reach.find(graph, 0);
    layer = add_dag_transformer_layer(inputs.layout, "t", {.width = 4, .heads = 2, .dropout = dropout});
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, 0.5, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), 4, random)};
  }
  auto run() const {
    return [this](auto& tape, const auto& x) { return apply(tape, layer, reach, x[0]); };
  }
};

TEST(DagTransformer, NamesItsParameters) {
  const TransformerSample sample(chain(2));
  std::vector<std::string> names;
  for (const ParameterInfo& info : sample.inputs.layout.infos()) names.push_back(info.name);
  EXPECT_THAT(names, testing::ElementsAre("t.norm.scale", "t.attention.qkv.weight", "t.attention.qkv.bias",
                                          "t.attention.proj.weight", "t.attention.proj.bias", "t.norm2.scale",
                                          "t.up.weight", "t.up.bias", "t.down.weight", "t.down.bias"));
}

TEST(DagTransformer, GradientsMatch) {
  Random random(kSeed);
  for (const Dag& dag : {Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), random_dag(9, 0.3, random), Dag()}) {
    TransformerSample sample(dag, 0.3);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run())) << dag.num_nodes();
    sample.inputs.training = true;
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run())) << dag.num_nodes();
  }
}

// What a node says reaches those above and below it in one layer, and no others.
TEST(DagTransformer, SeesWhatReachesTheNode) {
  const TransformerSample sample(Dag(5, {{0, 1}, {1, 2}, {0, 3}, {3, 4}}));
  const Matrix<double> before = evaluate<double>(sample.inputs, sample.run());
  TransformerSample changed = sample;
  changed.inputs.matrices[0].row(2).setConstant(0.7);
  const Matrix<double> after = evaluate<double>(changed.inputs, changed.run());
  for (Index n = 0; n < 5; ++n) EXPECT_EQ(after.row(n) != before.row(n), n <= 2) << n;
}

TEST(DagTransformer, RejectsHeadsThatDoNotDivide) {
  ParameterLayout layout;
  EXPECT_THROW(add_dag_transformer_layer(layout, "t", {.width = 4, .heads = 3}), ConfigError);
}

}  // namespace
}  // namespace plstm::test
