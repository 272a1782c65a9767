#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/graph_config.hpp>

#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// As every version has written it since there are read-outs.
constexpr const char* kDefaultText = R"({
  "node_value_width": 2,
  "node_vocabulary_sizes": [
    3,
    4
  ],
  "edge_value_width": 0,
  "edge_vocabulary_sizes": [],
  "graph_value_width": 0,
  "graph_value_mean": [],
  "graph_value_scale": [],
  "body": "plstm",
  "layers": 4,
  "width": 96,
  "heads": 4,
  "pd_blocks": 2,
  "layer": "edge",
  "max_degree": 0,
  "edge_encoder": false,
  "degree_encoding": true,
  "gated": false,
  "neighbours": false,
  "residual_scale": false,
  "dropout": 0.0,
  "drop_path": 0.0,
  "final_norm": false,
  "path_totals": 0,
  "readout": "graph",
  "pooling": "mean",
  "graph_value_layer": 0,
  "graph_value_dropout": 0.0,
  "outputs": 1,
  "gate_bias": -5.0,
  "gate_weight_std": 0.0,
  "transition_scale": 1.0,
  "transition_mean": 0.0,
  "transition_std": 10.0,
  "epsilon": 1e-05
})";

// The text with other values for some settings; the names and their order stay.
std::string with(std::vector<std::pair<std::string, nlohmann::json>> changes) {
  auto json = nlohmann::ordered_json::parse(kDefaultText);
  for (const auto& [name, value] : changes) json.at(name) = value;
  return json.dump(2);
}

TEST(GraphConfig, WritesTheTextOfFormerVersions) {
  GraphModelConfig config;
  config.node_value_width = 2;
  config.node_vocabulary_sizes = {3, 4};
  EXPECT_EQ(to_json(config), kDefaultText);
  config.body = StmBody{.blocks = "PDPDPD",
                        .heads = 8,
                        .layer = StmLayerKind::kNode,
                        .max_degree = 5,
                        .gated = true,
                        .neighbours = true,
                        .residual_scale = true,
                        .drop_path = 0.25,
                        .gates = {-1, 0.02, 2, 0.5, 1}};
  EXPECT_EQ(to_json(config), with({{"pd_blocks", 3},
                                   {"heads", 8},
                                   {"layer", "node"},
                                   {"max_degree", 5},
                                   {"gated", true},
                                   {"neighbours", true},
                                   {"residual_scale", true},
                                   {"drop_path", 0.25},
                                   {"gate_bias", -1.0},
                                   {"gate_weight_std", 0.02},
                                   {"transition_scale", 2.0},
                                   {"transition_mean", 0.5},
                                   {"transition_std", 1.0}}));
  config.body = MessageBody{.kind = MessageLayerKind::kGat, .layers = 3, .heads = 2};
  EXPECT_EQ(to_json(config), with({{"body", "gat"}, {"layers", 3}, {"heads", 2}}));
  config.body = NoBody{};
  EXPECT_EQ(to_json(config), with({{"body", "none"}}));
}

TEST(GraphConfig, HoldsEverySetting) {
  GraphModelConfig config = toy_config();
  StmBody& stm = stm_body(config);
  stm.layer = StmLayerKind::kNode;
  stm.max_degree = 7;
  config.pooling = Pooling::kMax;
  config.dropout = 0.25;
  const GraphModelConfig read = parse_graph_model_config(to_json(config));
  EXPECT_EQ(to_json(read), to_json(config));
  EXPECT_EQ(stm_body(read).layer, StmLayerKind::kNode);
  EXPECT_EQ(stm_body(read).max_degree, 7);
  EXPECT_EQ(stm_body(read).heads, 2);
  EXPECT_EQ(stm_body(read).gates.gate_bias, -1);
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
  stm.blocks = "PPD";
  EXPECT_EQ(stm_body(parse_graph_model_config(to_json(config))).blocks, "PPD");
  stm.blocks = "PDPDPD";
  EXPECT_THAT(to_json(config), HasSubstr("\"pd_blocks\": 3")) << "as version 0.1 writes it";
  EXPECT_EQ(stm_body(parse_graph_model_config(to_json(config))).blocks, "PDPDPD");
  for (const Pooling pooling : {Pooling::kSinks, Pooling::kSources, Pooling::kAttention}) {
    config.pooling = pooling;
    EXPECT_EQ(parse_graph_model_config(to_json(config)).pooling, pooling);
  }
  EXPECT_THROW(parse_graph_model_config("[]"), FileError);
  EXPECT_THROW(parse_graph_model_config("{"), FileError);
}

TEST(GraphConfig, HoldsEveryBody) {
  GraphModelConfig config = toy_config();
  for (const auto& [kind, name] : kGraphBodyNames) {
    config.body = default_body(kind);
    auto* message = std::get_if<MessageBody>(&config.body);
    if (message != nullptr) {
      message->layers = 3;
      message->heads = 2;
    }
    auto* transformer = std::get_if<DagTransformerBody>(&config.body);
    if (transformer != nullptr) *transformer = {.layers = 3, .heads = 2, .hops = 7};
    auto* cells = std::get_if<CellBody>(&config.body);
    if (cells != nullptr) {
      cells->layers = 3;
      cells->directions = CellDirections::kBackward;
    }
    const GraphModelConfig read = parse_graph_model_config(to_json(config));
    EXPECT_EQ(kind_of(read.body), kind) << name;
    EXPECT_EQ(to_json(read), to_json(config));
    if (message != nullptr) {
      EXPECT_EQ(std::get<MessageBody>(read.body).layers, 3) << name;
      EXPECT_EQ(std::get<MessageBody>(read.body).heads, 2) << name;
    }
    if (transformer != nullptr) {
      EXPECT_EQ(std::get<DagTransformerBody>(read.body).layers, 3);
      EXPECT_EQ(std::get<DagTransformerBody>(read.body).heads, 2);
      EXPECT_EQ(std::get<DagTransformerBody>(read.body).hops, 7);
    }
    if (cells != nullptr) {
      EXPECT_EQ(std::get<CellBody>(read.body).layers, 3) << name;
      EXPECT_EQ(std::get<CellBody>(read.body).directions, CellDirections::kBackward) << name;
    }
  }
}

// A file has the settings of all bodies. Some of another body are refused, as they always were; others are not read.
TEST(GraphConfig, SettingsOfOtherBodies) {
  using Change = std::pair<std::string, nlohmann::json>;
  for (const char* body : {"gcn", "gat", "gin", "mpnn", "lstm", "none"}) {
    for (const Change& change : {Change("gated", true), Change("neighbours", true),
                                 Change("residual_scale", true), Change("drop_path", 0.1)}) {
      EXPECT_THAT(
          [&] {
            parse_graph_model_config(with({{"body", body}, change}));
          },
          ThrowsMessage<FileError>("graph model: gated, neighbours, residual_scale and drop_path belong to "
                                   "blocks of the paper, this body has none"))
          << body << " " << change.first;
    }
    EXPECT_EQ(
        to_json(parse_graph_model_config(with(
            {{"body", body}, {"pd_blocks", 1}, {"layer", "node"}, {"max_degree", 3}, {"gate_bias", -1}}))),
        with({{"body", body}}));
  }
  EXPECT_EQ(to_json(parse_graph_model_config(with({{"layers", 9}}))), kDefaultText);
}

TEST(GraphConfig, SomeBodiesHaveSettingsOfTheirOwn) {
  auto json = nlohmann::ordered_json::parse(kDefaultText);
  json["directions"] = "both";
  EXPECT_THAT(
      [&] { parse_graph_model_config(json.dump()); },
      ThrowsMessage<FileError>("model configuration: 'directions' belongs to other bodies, and the body "
                               "is 'plstm'"));
  json["body"] = "max-plus";
  EXPECT_EQ(std::get<CellBody>(parse_graph_model_config(json.dump()).body).directions, CellDirections::kBoth);
  json["directions"] = "sideways";
  EXPECT_THROW(parse_graph_model_config(json.dump()), FileError);
  json.erase("directions");
  EXPECT_THAT(
      [&] { parse_graph_model_config(json.dump()); },
      ThrowsMessage<FileError>("model configuration: 'directions' is missing, and the body is 'max-plus'"));
  json["body"] = "dag-transformer";
  EXPECT_THAT(
      [&] { parse_graph_model_config(json.dump()); },
      ThrowsMessage<FileError>("model configuration: 'hops' is missing, and the body is 'dag-transformer'"));
}

}  // namespace
}  // namespace plstm::test
