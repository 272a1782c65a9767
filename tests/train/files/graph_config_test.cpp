#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/graph_config.hpp>

#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

TEST(GraphConfig, HoldsEverySetting) {
  GraphModelConfig config = toy_config();
  config.layer = StmLayerKind::kNode;
  config.max_degree = 7;
  config.pooling = Pooling::kMax;
  config.dropout = 0.25;
  const GraphModelConfig read = parse_graph_model_config(to_json(config));
  EXPECT_EQ(to_json(read), to_json(config));
  EXPECT_EQ(read.layer, StmLayerKind::kNode);
  EXPECT_EQ(read.max_degree, 7);
  EXPECT_EQ(read.dropout, 0.25);
  config.graph_value_width = 2;
  config.graph_value_scaling = {{1.0 / 3, -1e-9}, {0, 1e300}};
  config.graph_value_layer = 8;
  config.graph_value_dropout = 0.5;
  const GraphModelConfig with_values = parse_graph_model_config(to_json(config));
  EXPECT_EQ(with_values.graph_value_width, 2);
  EXPECT_EQ(with_values.graph_value_scaling, config.graph_value_scaling) << "to the bit";
  EXPECT_EQ(with_values.graph_value_layer, 8);
  EXPECT_EQ(with_values.graph_value_dropout, 0.5);
  for (const GraphBody body : {GraphBody::kGcn, GraphBody::kGat, GraphBody::kGin, GraphBody::kMpnn,
                               GraphBody::kLstm, GraphBody::kNone, GraphBody::kStm}) {
    config.body = body;
    config.layers = 3;
    EXPECT_EQ(parse_graph_model_config(to_json(config)).body, body);
    EXPECT_EQ(parse_graph_model_config(to_json(config)).layers, 3);
  }
  config.body = GraphBody::kStm;
  config.blocks = "PPD";
  EXPECT_EQ(parse_graph_model_config(to_json(config)).blocks, "PPD");
  config.blocks = "PDPDPD";
  EXPECT_THAT(to_json(config), HasSubstr("\"pd_blocks\": 3")) << "as version 0.1 writes it";
  EXPECT_EQ(parse_graph_model_config(to_json(config)).blocks, "PDPDPD");
  for (const Pooling pooling : {Pooling::kSinks, Pooling::kSources, Pooling::kAttention}) {
    config.pooling = pooling;
    EXPECT_EQ(parse_graph_model_config(to_json(config)).pooling, pooling);
  }
  EXPECT_THROW(parse_graph_model_config("[]"), FileError);
  EXPECT_THROW(parse_graph_model_config("{"), FileError);
}

}  // namespace
}  // namespace plstm::test
