#include "plstm/nn/graphs/body_layers.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

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

}  // namespace
}  // namespace plstm::test
