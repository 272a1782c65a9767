#include <cmath>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/grid_layer.hpp>

#include "nn/golden_case.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

auto run_grid_layer(const GridLayer& layer, Index size_x, Index size_y) {
  return [&layer, size_x, size_y](auto& tape, const auto& x) {
    return apply(tape, layer, x[0], size_x, size_y);
  };
}

TEST(GoldenGridLayers, MatchEveryCase) {
  const nlohmann::json golden = read_golden("grid_layers.json");
  ASSERT_FALSE(golden.empty());
  for (const auto& [name, c] : golden.items()) {
    const auto& config = c.at("config");
    GridLayerOptions options;
    options.mode = config.at("mode") == "D" ? StmMode::kDiffusion : StmMode::kPropagation;
    options.chirality = config.at("dmode_chirality") == "L" ? Chirality::kLeft : Chirality::kRight;
    options.width = config.at("input_dim");
    options.heads = config.at("num_heads");
    options.key_width = config.at("DK");
    options.value_width = config.at("DV");
    options.tracking = {config.at("JT"), config.at("JK"), config.at("JV"), config.at("JO"), config.at("JQ")};
    LayerInputs inputs;
    const GridLayer layer = add_grid_layer(inputs.layout, "layer", options);
    expect_golden_case(name, c, inputs, "layer.", options.width, options.width,
                       run_grid_layer(layer, config.at("size_x"), config.at("size_y")), 1e-10);
  }
}

// A layer with parameters at random.
struct GridLayerSample {
  LayerInputs inputs;
  GridLayer layer;

  GridLayerSample(const GridLayerOptions& options, Index rows, double scale = 0.7) {
    Random random(kSeed);
    layer = add_grid_layer(inputs.layout, "layer", options);
    inputs.values = random_values(inputs.layout, scale, random);
    inputs.matrices = {random_matrix(rows, options.width, random)};
  }
};

TEST(GridLayer, GradientsMatch) {
  GridLayerOptions options{.width = 4, .heads = 2};
  for (const auto& [mode, chirality] :
       {std::pair(StmMode::kPropagation, Chirality::kLeft), std::pair(StmMode::kDiffusion, Chirality::kLeft),
        std::pair(StmMode::kDiffusion, Chirality::kRight)}) {
    options.mode = mode;
    options.chirality = chirality;
    for (const bool gate_weights : {false, true}) {
      options.gate_weights = gate_weights;
      for (const auto& [grids, x, y] : {std::tuple(2, 3, 2), std::tuple(1, 1, 1), std::tuple(0, 2, 2)}) {
        const GridLayerSample sample(options, grids * x * y);
        EXPECT_TRUE(gradients_match(sample.inputs, run_grid_layer(sample.layer, x, y), {.most_entries = 8}))
            << "mode " << static_cast<int>(mode) << " weights " << gate_weights << " grids " << grids;
      }
    }
  }
}

TEST(GridLayer, GradientsMatchWithStateTracking) {
  GridLayerOptions options{.width = 4, .heads = 2, .key_width = 2, .value_width = 3, .sub_heads = 1};
  options.tracking = {2, 1, 2, 3, 2};
  for (const StmMode mode : {StmMode::kPropagation, StmMode::kDiffusion}) {
    options.mode = mode;
    const GridLayerSample sample(options, 4, 0.4);
    EXPECT_TRUE(gradients_match(sample.inputs, run_grid_layer(sample.layer, 2, 2), {.most_entries = 4}))
        << static_cast<int>(mode);
  }
}

// Flipping the grid and exchanging the orientations that read it the other way changes nothing else.
TEST(GridLayer, OrientationsAreFlips) {
  for (const StmMode mode : {StmMode::kPropagation, StmMode::kDiffusion}) {
    GridLayerSample sample({.mode = mode, .width = 4, .heads = 2}, 2 * 3);
    const Matrix<double> before = evaluate<double>(sample.inputs, run_grid_layer(sample.layer, 2, 3));
    for (const ParameterInfo& info : sample.inputs.layout.infos()) {
      double* values = sample.inputs.values.data() + info.offset;
      // Flat index of groups is 4 h + o also where the shape says [4, H].
      const bool angles = info.name.find("orientation") != std::string::npos;
      if (!angles && info.shape.front() != 8) continue;
      const std::size_t size = info.size / 8;
      for (std::size_t group = 0; group < 8; group += 2)  // x flipped: bit 0 of o
        std::swap_ranges(values + group * size, values + (group + 1) * size, values + (group + 1) * size);
    }
    Matrix<double>& x = sample.inputs.matrices[0];
    const Matrix<double> upper = x.topRows(3);
    x.topRows(3) = x.bottomRows(3).eval();
    x.bottomRows(3) = upper;
    const Matrix<double> after = evaluate<double>(sample.inputs, run_grid_layer(sample.layer, 2, 3));
    EXPECT_TRUE(after.topRows(3).isApprox(before.bottomRows(3), 1e-12)) << static_cast<int>(mode);
    EXPECT_TRUE(after.bottomRows(3).isApprox(before.topRows(3), 1e-12)) << static_cast<int>(mode);
  }
}

TEST(GridLayer, InitialisesItsGates) {
  ParameterLayout layout;
  GridLayerOptions options{.width = 4, .heads = 2, .gate_weights = false};
  const GridLayer closed = add_grid_layer(layout, "closed", options);
  options.mode = StmMode::kDiffusion;
  options.gate_weights = true;
  options.init.gate_bias = -1;
  const GridLayer open = add_grid_layer(layout, "open", options);
  const std::vector<float> values = initial_values<float>(layout, kSeed);
  const auto first = [&](ParameterId id) { return values[layout[id].offset]; };
  EXPECT_EQ(first(closed.source[0].bias), -5);
  EXPECT_EQ(first(closed.mark[0].bias), -5);
  EXPECT_EQ(first(closed.direct.bias), -5);
  EXPECT_EQ(first(open.source[1].bias), -1);
  EXPECT_EQ(first(open.mark[1].bias), -1);
  EXPECT_EQ(first(open.source[0].weight), 0);
  EXPECT_EQ(first(closed.norm_scale), 1);
  EXPECT_FALSE(closed.source[0].weight.valid());
  EXPECT_FALSE(closed.out.bias.valid());
  EXPECT_THAT(layout[closed.angle_bias].shape, ElementsAre(4, 2));
  EXPECT_EQ(layout[open.transition[2].eigenvalues.bias].name, "open.transition_rd.eigenvalues_bias");
}

TEST(GridLayer, DrawsTheBiasesOfGatesThatOrientationsHave) {
  for (const StmMode mode : {StmMode::kPropagation, StmMode::kDiffusion}) {
    ParameterLayout layout;
    GridLayerOptions options{.mode = mode, .width = 32, .heads = 16};
    options.init.gate_bias = -1;
    options.init.gate_bias_std = 2;
    const GridLayer layer = add_grid_layer(layout, "layer", options);
    const std::vector<float> values = initial_values<float>(layout, kSeed);
    for (std::size_t i = 0; i < (mode == StmMode::kPropagation ? 1u : 2u); ++i) {
      for (const ParameterId id : {layer.source[i].bias, layer.mark[i].bias}) {
        const auto biases = std::span(values).subspan(layout[id].offset, 64);
        double sum = 0, squares = 0;
        for (const float b : biases) {
          sum += b;
          squares += (b + 1) * (b + 1);
        }
        // Five standard errors of each.
        EXPECT_NEAR(sum / 64, -1, 5 * 2 / 8.0);
        EXPECT_NEAR(squares / 64, 4, 5 * 4 * std::sqrt(2 / 64.0));
      }
    }
    EXPECT_EQ(values[layout[layer.direct.bias].offset + 1], -1) << "of no orientation";
  }
}

TEST(GridLayer, ComplainsAboutSizes) {
  const auto expect = [](const char* message, const GridLayerOptions& options) {
    ParameterLayout layout;
    EXPECT_THAT([&] { add_grid_layer(layout, "layer", options); }, ThrowsMessage<ConfigError>(message));
    EXPECT_TRUE(layout.infos().empty());
  };
  expect("grid layer: width 0 and heads 1 must be positive", {});
  expect("grid layer: 3 heads do not divide the width 4", {.width = 4, .heads = 3});
  expect("grid layer: key_width -1 and value_width 2 must be positive",
         {.width = 4, .heads = 2, .key_width = -1});
  expect("grid layer: tracking widths 1, 0, 1, 1, 1 must be positive",
         {.width = 4, .heads = 2, .tracking = {.key = 0}});
  const GridLayerSample sample({.width = 4, .heads = 2}, 6);
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, run_grid_layer(sample.layer, 2, 2)); },
              ThrowsMessage<ShapeError>("grid layer: x has 6 rows, expected whole grids of 2 x 2"));
  EXPECT_THROW(evaluate<double>(sample.inputs, run_grid_layer(sample.layer, 0, 3)), ShapeError);
  LayerInputs wide = sample.inputs;
  wide.matrices = {Matrix<double>::Zero(4, 5)};
  EXPECT_THAT([&] { evaluate<double>(wide, run_grid_layer(sample.layer, 2, 2)); },
              ThrowsMessage<ShapeError>("grid layer: x has shape [4, 5], expected [4, 4]"));
}

}  // namespace
}  // namespace plstm::test
