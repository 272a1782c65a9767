#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/nn/grids/vision_model.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>
#include <plstm/train/files/language_model_file.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/files/vision_model_file.hpp>

// Files that version 0.1 wrote, and what it predicted with them (data/README.md).
namespace plstm::test {
namespace {

using ::testing::ElementsAre;

std::filesystem::path old_file(const char* name) {
  return std::filesystem::path(PLSTM_TEST_GOLDEN_DIR).parent_path() / "train" / "files" / "data" / name;
}

float sample_value(std::size_t i) {
  return static_cast<float>(i * 7 % 11) / 8 - 0.5f;
}

std::vector<float> sample_values(std::size_t count, std::size_t first) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(sample_value(first + i));
  return values;
}

std::vector<std::int32_t> sample_codes(std::size_t rows, const std::vector<std::int32_t>& sizes) {
  std::vector<std::int32_t> codes;
  for (std::size_t i = 0; i < rows * sizes.size(); ++i) {
    codes.push_back(static_cast<std::int32_t>(i) % sizes[i % sizes.size()]);
  }
  return codes;
}

// A chain with a shortcut from its first to its last node. Every feature follows from its place.
PreparedGraph sample_graph(NodeId nodes, const GraphModelConfig& config) {
  std::vector<Arc> edges;
  for (NodeId i = 1; i < nodes; ++i) edges.push_back({i - 1, i});
  if (nodes > 2) edges.push_back({0, nodes - 1});
  AttributedGraph graph;
  graph.dag = Dag(nodes, edges);
  graph.node_value_width = config.node_value_width;
  graph.node_code_width = static_cast<std::int32_t>(config.node_vocabulary_sizes.size());
  graph.edge_value_width = config.edge_value_width;
  graph.edge_code_width = static_cast<std::int32_t>(config.edge_vocabulary_sizes.size());
  graph.graph_value_width = config.graph_value_width;
  const auto size = [](std::int64_t rows, std::int32_t width) {
    return static_cast<std::size_t>(rows * width);
  };
  graph.node_values = sample_values(size(nodes, graph.node_value_width), 0);
  graph.edge_values = sample_values(size(std::ssize(edges), graph.edge_value_width), 3);
  graph.graph_values = sample_values(size(1, graph.graph_value_width), 5);
  graph.node_codes = sample_codes(static_cast<std::size_t>(nodes), config.node_vocabulary_sizes);
  graph.edge_codes = sample_codes(edges.size(), config.edge_vocabulary_sizes);
  return prepare_graph(std::move(graph), {.order = EdgeOrder::kListed});  // the only order of version 0.1
}

// Instruction sets round differently.
template <class Model, class F>
void expect_outputs(const Model& model, const std::vector<float>& parameters, const F& run,
                    const std::vector<float>& expected) {
  Tape<float> tape;
  tape.start(model.layout, parameters.data(), nullptr, {});
  const Var<float> y = run(tape);
  ASSERT_EQ(y.size(), std::ssize(expected));
  for (Index i = 0; i < y.size(); ++i)
    EXPECT_NEAR(y.value[i], expected[static_cast<std::size_t>(i)], 2e-5) << i;
}

TrainedModel expect_graph_file(const char* name, const std::vector<float>& expected) {
  TrainedModel trained = load_model(old_file(name));
  const GraphModel model = make_graph_model(trained.config);
  GraphBatch batch;
  for (const NodeId nodes : {4, 1}) batch.append(sample_graph(nodes, trained.config));
  expect_outputs(
      model, trained.parameters, [&](auto& tape) { return forward(tape, model, batch); }, expected);
  return trained;
}

TEST(OldFiles, GraphModelOfThePaperLoads) {
  const TrainedModel model =
      expect_graph_file("graph_plstm.safetensors", {2.76113033f, -0.308498442f, -0.42494911f, -1.00831747f});
  EXPECT_EQ(stm_body(model.config).blocks, "PDPD");
  EXPECT_TRUE(stm_body(model.config).neighbours);
  EXPECT_THAT(model.target_names, ElementsAre("logS", "pK"));
  ASSERT_TRUE(model.scaler.has_value());
  EXPECT_EQ(model.scaler->mean()[1], 2);
  EXPECT_EQ(model.scaler->scale()[0], 0.5);
  EXPECT_EQ(model.featurizer, R"({"orientation":"canonical"})");
}

TEST(OldFiles, GraphModelWithGatesOfNodesLoads) {
  const TrainedModel model = expect_graph_file(
      "graph_node.safetensors",
      {-0.26277265f, -0.299637496f, -0.747845769f, -0.448368102f, -0.457949072f, -0.954834402f});
  EXPECT_EQ(stm_body(model.config).layer, StmLayerKind::kNode);
  EXPECT_EQ(stm_body(model.config).blocks, "PD");
  EXPECT_EQ(model.config.pooling, Pooling::kMax);
  EXPECT_FALSE(model.scaler.has_value());
}

TEST(OldFiles, GraphModelWithMessageLayersLoads) {
  const TrainedModel model = expect_graph_file("graph_gat.safetensors", {-0.297716141f, -0.254299134f});
  EXPECT_EQ(kind_of(model.config.body), GraphBodyKind::kGat);
  EXPECT_EQ(std::get<MessageBody>(model.config.body).layers, 2);
  EXPECT_THAT(model.target_names, ElementsAre("active"));
}

template <class Config, class Make>
void expect_image_file(const char* name, Precision precision, const Make& make,
                       const std::vector<float>& expected) {
  const TrainedVisionModel trained = load_vision_model(old_file(name));
  EXPECT_EQ(trained.precision, precision);
  const auto model = make(std::get<Config>(trained.config));
  const std::vector<float> images = sample_values(2 * 16, 0);
  expect_outputs(
      model, trained.parameters,
      [&](auto& tape) { return forward(tape, model, tape.constant(images.data(), 2, 16), 4, 4); }, expected);
}

TEST(OldFiles, VisionModelLoads) {
  expect_image_file<VisionModelConfig>("vision_model.safetensors", Precision::kFloat, make_vision_model,
                                       {0.714085698f, 0.925977767f});
}

TEST(OldFiles, VisionTransformerLoads) {
  expect_image_file<VisionTransformerConfig>("vision_transformer.safetensors", Precision::kBfloat16,
                                             make_vision_transformer, {0.504607439f, 0.514849722f});
}

TEST(OldFiles, LanguageModelLoads) {
  const TrainedLanguageModel trained = load_language_model(old_file("language_model.safetensors"));
  EXPECT_EQ(trained.vocabulary, "a\xff\n");
  const LanguageModel model = make_language_model(trained.config);
  const std::vector<std::int32_t> tokens{0, 2, 1, 1};
  expect_outputs(model, trained.parameters,
                 [&](auto& tape) { return forward(tape, model, std::span<const std::int32_t>(tokens), 4); },
                 {-0.275846303f, 0.801730692f, 0.13328442f, -0.174766019f, 0.666397154f, 0.0618971474f,
                  -0.0721310303f, 0.623541713f, 0.0500064753f, -0.279243678f, 0.749227881f, 0.0355523154f});
}

}  // namespace
}  // namespace plstm::test
