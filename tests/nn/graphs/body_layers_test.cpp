#include "plstm/nn/graphs/body_layers.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/parallel.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"
#include "support/count_allocations.hpp"

namespace plstm::test {
namespace {

GraphModelConfig blocks_config(const std::string& blocks) {
  GraphModelConfig config = small_config();
  stm_body(config).blocks = blocks;
  return config;
}

TEST(BodyLayers, AskForTheLayoutsOfTheirBlocksAndForThatOfDegrees) {
  LayoutSet expected;
  expected.add(StmMode::kPropagation, false);
  EXPECT_EQ(layouts_of(BodyLayers(std::monostate())), expected);
  expected.add(StmMode::kDiffusion, false).add(StmMode::kDiffusion, true);
  EXPECT_EQ(layouts_of(make_graph_model(blocks_config("DD")).body), expected);
}

// What a large graph does not keep.
TEST(BodyLayers, GiveTheSameBitsWhereBranchesAreRecomputed) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const bool gated : {false, true}) {
    for (const bool neighbours : {false, true}) {
      GraphModelConfig config = blocks_config("PDPD");
      config.dropout = 0.2;
      StmBody& body = stm_body(config);
      body.gated = gated;
      body.neighbours = neighbours;
      body.drop_path = 0.3;
      body.residual_scale = gated;
      ModelSample sample(config);
      sample.inputs.training = true;
      const auto kept = run_backward<float>(sample.inputs, sample.run(batch));
      sample.inputs.recompute_from = 1;
      const auto recomputed = run_backward<float>(sample.inputs, sample.run(batch));
      EXPECT_EQ(recomputed.output, kept.output) << gated << neighbours;
      EXPECT_EQ(recomputed.parameters, kept.parameters) << gated << neighbours;
    }
  }
}

// Large matrices lend their memory to gradients; what is recomputed must not lend what others still read.
TEST(BodyLayers, GiveTheSameBitsOnALargeGraph) {
  Random random(kSeed);
  std::vector<PreparedGraph> graphs;
  graphs.push_back(prepare_graph(random_features(grid(256, 72), random)));
  const GraphBatch batch = make_batch(graphs);
  GraphModelConfig config = blocks_config("PD");
  config.width = 64;
  config.readout = Readout::kNode;
  for (const bool neighbours : {false, true}) {
    stm_body(config).neighbours = neighbours;
    ModelSample sample(config, 0.1);
    sample.inputs.recompute_from = std::numeric_limits<Index>::max();
    const auto kept = run_backward<float>(sample.inputs, sample.run(batch));
    sample.inputs.recompute_from = 1;
    const auto recomputed = run_backward<float>(sample.inputs, sample.run(batch));
    EXPECT_EQ(recomputed.output, kept.output);
    for (const ParameterInfo& info : sample.model.layout.infos()) {
      const auto first = static_cast<std::ptrdiff_t>(info.offset),
                 size = static_cast<std::ptrdiff_t>(info.size);
      EXPECT_TRUE(std::equal(kept.parameters.begin() + first, kept.parameters.begin() + first + size,
                             recomputed.parameters.begin() + first))
          << info.name << (neighbours ? " with neighbours" : "");
    }
  }
}

TEST(BodyLayers, AllocateNothingInSteadyStateWhereBranchesAreRecomputed) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  const ModelSample sample(blocks_config("PD"));
  const std::vector<float> values(sample.inputs.values.begin(), sample.inputs.values.end());
  std::vector<float> gradients(values.size());
  Tape<float> tape;
  const auto pass = [&] {
    tape.start(sample.model.layout, values.data(), gradients.data(),
               {.gradients = true, .recompute_from = 1});
    const Var<float> y = forward(tape, sample.model, batch);
    std::fill_n(tape.gradient(y), y.size(), 1.0f);
    tape.backward();
  };
  const ThreadLimit limit(1);
  pass();
  pass();
  const std::size_t before = allocations;
  pass();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace plstm::test
