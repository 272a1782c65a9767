#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/block.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

// Two graphs side by side: a grid of four nodes and a chain of three; 4 + 2 edges.
struct Sample {
  StmGraph graph;
  std::vector<std::int32_t> offsets{0, 4, 7};
  LayerInputs inputs;
  Block block;

  explicit Sample(BlockOptions options, double scale = 0.5) {
    for (const Dag& dag : {grid(2, 2), chain(3)}) graph.append(make_stm_graph(dag, make_line_graph(dag)));
    options.layer.kind = StmLayerKind::kEdge;
    options.layer.width = 4;
    options.layer.heads = 2;
    options.layer.edge_width = 3;  // of the edge features there are; options.edge_width says who reads them
    block = add_block(inputs.layout, "b", options);
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, scale, random);
    inputs.matrices = {random_matrix(7, 4, random), random_matrix(6, 3, random)};
  }

  auto function() const {
    return [this](auto& tape, const auto& x) {
      return apply(tape, block, graph, x[0], x[1], offsets.data(), 2);
    };
  }

  void set(ParameterId id, double value) {
    const ParameterInfo& info = inputs.layout[id];
    std::fill_n(inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset), info.size, value);
  }
};

TEST(Block, NamesItsParameters) {
  const Sample plain({});
  std::vector<std::string> names;
  for (const ParameterInfo& info : plain.inputs.layout.infos()) {
    if (info.name.find("interaction_module") == std::string::npos) names.push_back(info.name);
  }
  EXPECT_THAT(names, ElementsAre("b.norm.scale", "b.norm2.scale", "b.upproj.weight", "b.upproj.bias",
                                 "b.downproj.weight", "b.downproj.bias"));
  EXPECT_THAT(plain.inputs.layout[plain.block.up.weight].shape, ElementsAre(64, 4));
  EXPECT_FALSE(plain.block.layer_scale.valid());

  const Sample gated({.gated = true, .residual_scale = true, .residual_scale_init = 0.25});
  EXPECT_THAT(gated.inputs.layout[gated.block.up.weight].shape, ElementsAre(128, 4));
  EXPECT_THAT(gated.inputs.layout[gated.block.down.weight].shape, ElementsAre(4, 64));
  EXPECT_EQ(gated.inputs.layout[gated.block.layer_scale].name, "b.layer_scale");
  EXPECT_EQ(gated.inputs.layout[gated.block.mlp_scale].name, "b.mlp_scale");
  const std::vector<double> initial = initial_values<double>(gated.inputs.layout, kSeed);
  EXPECT_EQ(initial[gated.inputs.layout[gated.block.mlp_scale].offset + 3], 0.25);
}

TEST(Block, GradientsMatch) {
  for (const bool gated : {false, true}) {
    for (const bool residual_scale : {false, true}) {
      const Sample sample({.gated = gated, .residual_scale = residual_scale});
      EXPECT_TRUE(gradients_match(sample.inputs, sample.function())) << gated << residual_scale;
    }
  }
}

TEST(Block, GradientsMatchWithNeighbours) {
  for (const bool gated : {false, true}) {
    for (const Index edge_width : {0, 3}) {
      const Sample sample({.gated = gated, .neighbours = true, .edge_width = edge_width});
      EXPECT_TRUE(gradients_match(sample.inputs, sample.function())) << gated << edge_width;
    }
  }
}

// With the layer silenced and no weights of its own left, a node gets what its neighbours are, both ways of
// each edge: in the chain 4 - 5 - 6 the ends see the middle, and the middle sees both.
TEST(Block, NeighboursReachEachOther) {
  Sample sample({.neighbours = true});
  sample.set(sample.block.layer.out.weight, 0);
  sample.set(sample.block.layer.out.bias, 0);
  sample.set(sample.block.up.weight, 0);
  const auto moved_rows = [&](Index changed) {
    const Matrix<double> before = evaluate<double>(sample.inputs, sample.function());
    Sample other = sample;
    other.inputs.matrices[0](changed, 1) += 1;
    const Matrix<double> difference = evaluate<double>(other.inputs, other.function()) - before;
    std::vector<Index> rows;
    for (Index row = 0; row < difference.rows(); ++row) {
      if (row != changed && difference.row(row).cwiseAbs().maxCoeff() > 1e-9) rows.push_back(row);
    }
    return rows;
  };
  EXPECT_THAT(moved_rows(4), ElementsAre(5));
  EXPECT_THAT(moved_rows(5), ElementsAre(4, 6));
  EXPECT_THAT(moved_rows(6), ElementsAre(5));
  EXPECT_THAT(moved_rows(0), ElementsAre(1, 2));
}

TEST(Block, GradientsMatchWhileTraining) {
  Sample sample({.residual_scale = true, .dropout = 0.3, .drop_path = 0.3});
  sample.inputs.training = true;
  sample.inputs.seed = 5;
  EXPECT_NE(evaluate<double>(sample.inputs, sample.function()),
            evaluate<double>(Sample({.residual_scale = true}).inputs, sample.function()));
  EXPECT_TRUE(gradients_match(sample.inputs, sample.function()));
}

// What the branches add is scaled: with factor 0, or with no weights to the outside, x passes unchanged.
TEST(Block, BranchesAreAddedToTheInput) {
  Sample scaled({.residual_scale = true});
  EXPECT_NE(evaluate<double>(scaled.inputs, scaled.function()), scaled.inputs.matrices[0]);
  scaled.set(scaled.block.layer_scale, 0);
  scaled.set(scaled.block.mlp_scale, 0);
  EXPECT_EQ(evaluate<double>(scaled.inputs, scaled.function()), scaled.inputs.matrices[0]);

  // A bias alone is left of each branch.
  Sample plain({});
  plain.set(plain.block.layer.out.weight, 0);
  plain.set(plain.block.layer.out.bias, 0.25);
  plain.set(plain.block.down.weight, 0);
  plain.set(plain.block.down.bias, 0.5);
  const Matrix<double> expected = plain.inputs.matrices[0].array() + 0.75;
  EXPECT_TRUE(evaluate<double>(plain.inputs, plain.function()).isApprox(expected, 1e-14));
}

// Over many seeds each graph must meet all four cases: both branches, either one, none (then x is unchanged).
TEST(Block, DropPathActsOnWholeGraphs) {
  Sample sample({.drop_path = 0.5});
  const Matrix<double> x = sample.inputs.matrices[0];
  sample.inputs.training = true;
  std::vector<Matrix<double>> first, second;
  const auto remember = [](std::vector<Matrix<double>>& seen, const Matrix<double>& rows) {
    if (std::ranges::none_of(seen,
                             [&](const Matrix<double>& other) { return other.isApprox(rows, 1e-12); })) {
      seen.push_back(rows);
    }
  };
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    sample.inputs.seed = seed;
    const Matrix<double> y = evaluate<double>(sample.inputs, sample.function());
    remember(first, y.topRows(4));
    remember(second, y.bottomRows(3));
  }
  EXPECT_EQ(first.size(), 4u);
  EXPECT_EQ(second.size(), 4u);
  EXPECT_THAT(first, testing::Contains(Matrix<double>(x.topRows(4))));
  EXPECT_THAT(second, testing::Contains(Matrix<double>(x.bottomRows(3))));
}

}  // namespace
}  // namespace plstm::test
