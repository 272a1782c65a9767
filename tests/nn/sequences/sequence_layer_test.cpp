#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/sequences/sequence_layer.hpp>

#include "support/golden.hpp"
#include "support/golden_model.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

SequenceLayerOptions golden_options(const nlohmann::json& c) {
  SequenceLayerOptions o;
  o.width = c.at("input_dim");
  o.heads = c.at("num_heads");
  o.key_width = c.at("DK");
  o.value_width = c.at("DV");
  o.tracking = {c.at("JT"), c.at("JK"), c.at("JV"), c.at("JO"), c.at("JQ")};
  o.sub_heads = c.at("sub_heads");
  o.taps = c.at("additional_convolution").get<bool>() ? 4 : 0;
  o.passthrough = c.at("additional_passthrough");
  const std::string form = c.at("eigenvalue_representation"), norm = c.at("normalization_mode");
  o.eigenvalues = form == "tanh"         ? EigenvalueForm::kTanh
                  : form == "logsigmoid" ? EigenvalueForm::kLogSigmoid
                                         : EigenvalueForm::kExpExp;
  o.norm = norm == "qr"                              ? TransitionNorm::kQr
           : norm == "householder_orthogonalization" ? TransitionNorm::kHouseholder
                                                     : TransitionNorm::kExponential;
  return o;
}

auto run_layer(const SequenceLayer& layer, Index length) {
  return [&layer, length](auto& tape, const auto& x) { return apply(tape, layer, x[0], length); };
}

TEST(GoldenSequenceLayer, ValuesAndAllGradients) {
  const nlohmann::json golden = read_golden("sequence_layers.json");
  ASSERT_EQ(golden.size(), 8u);
  for (const auto& [name, c] : golden.items()) {
    LayerInputs inputs;
    const SequenceLayer layer = add_sequence_layer(inputs.layout, "", golden_options(c.at("config")));
    set_golden_parameters(inputs, c.at("parameters"), ".");
    inputs.matrices.push_back(golden_rows(c.at("input")));
    const auto result = run_backward<double>(inputs, run_layer(layer, c.at("config").at("length")), 0,
                                             golden_rows(c.at("output_gradient")));
    // The Q factors of the vectors were made in single precision, as were the gradients through them.
    const double tolerance = c.at("config").at("normalization_mode") == "qr" ? 1e-4 : 1e-10;
    EXPECT_TRUE(matches_golden(name + " output", entries_of(result.output), c.at("output"), tolerance));
    EXPECT_TRUE(
        matches_golden(name + " grad_input", entries_of(result.matrices[0]), c.at("grad_input"), tolerance));
    EXPECT_TRUE(gradients_match_golden(name, inputs, result, c.at("grad_parameters"), ".", tolerance));
  }
}

SequenceLayerOptions small_options() {
  return {.width = 8, .heads = 2, .tracking = {2, 1, 2, 2, 1}, .taps = 2, .passthrough = true};
}

TEST(SequenceLayer, GradientsMatch) {
  Random random(kSeed);
  SequenceLayerOptions wide = small_options();
  wide.tracking = {3, 2, 1, 2, 2};
  wide.gate_weights = false;
  wide.norm = TransitionNorm::kQr;
  SequenceLayerOptions no_out{.width = 4, .heads = 2, .gate_weights = false, .out = false};
  for (const SequenceLayerOptions& o : {small_options(), wide, no_out}) {
    for (const Index length : {1, 3}) {
      LayerInputs inputs;
      const SequenceLayer layer = add_sequence_layer(inputs.layout, "layer", o);
      inputs.values = random_values(inputs.layout, 0.3, random);
      inputs.matrices.push_back(random_matrix(2 * length, o.width, random));
      EXPECT_TRUE(gradients_match(inputs, run_layer(layer, length), {.relative = 1e-5, .most_entries = 8}));
    }
  }
}

TEST(SequenceLayer, SeesNothingOfTheFutureNorOfOtherSequences) {
  Random random(kSeed);
  LayerInputs inputs;
  const SequenceLayer layer = add_sequence_layer(inputs.layout, "layer", small_options());
  inputs.values = random_values(inputs.layout, 0.3, random);
  inputs.matrices.push_back(random_matrix(10, 8, random));
  const Matrix<double> y = evaluate<double>(inputs, run_layer(layer, 5));
  inputs.matrices[0].row(3) += Matrix<double>::Ones(1, 8);
  const Matrix<double> changed = evaluate<double>(inputs, run_layer(layer, 5));
  EXPECT_EQ(changed.topRows(3), y.topRows(3));
  EXPECT_FALSE(changed.row(3).isApprox(y.row(3)));
  EXPECT_FALSE(changed.row(4).isApprox(y.row(4)));
  EXPECT_EQ(changed.bottomRows(5), y.bottomRows(5));
}

TEST(SequenceLayer, NoSequencesAndEmptyOnesGiveNothing) {
  LayerInputs inputs;
  const SequenceLayer layer = add_sequence_layer(inputs.layout, "layer", small_options());
  inputs.values = initial_values<double>(inputs.layout, kSeed);
  inputs.matrices.push_back(Matrix<double>(0, 8));
  for (const Index length : {0, 3}) {
    const auto result = run_backward<double>(inputs, run_layer(layer, length));
    EXPECT_EQ(result.output.rows(), 0);
    EXPECT_TRUE(std::ranges::all_of(result.parameters, [](double x) { return x == 0; }));
  }
}

TEST(SequenceLayer, RefusesSizesThatDoNotFit) {
  ParameterLayout layout;
  const auto add = [&](SequenceLayerOptions o) {
    return [&layout, o] { add_sequence_layer(layout, "l", o); };
  };
  EXPECT_THAT(add({}), ThrowsMessage<ConfigError>(
                           "l: width 0 and heads 1 must be positive, the convolution's taps 0 not negative"));
  EXPECT_THAT(add({.width = 8, .heads = 3}),
              ThrowsMessage<ConfigError>("l: 3 heads do not divide the width 8"));
  EXPECT_THAT(add({.width = 8, .heads = 2, .tracking = {1, 1, 1, 3, 1}}),
              ThrowsMessage<ConfigError>("l: 2 heads of JO = 3 do not divide the width 8"));
  EXPECT_THAT(
      add({.width = 8, .tracking = {0}}),
      ThrowsMessage<ConfigError>("l: the tracking widths JT 0, JK 1, JV 1, JO 1, JQ 1 must be positive"));
  EXPECT_THAT(add({.width = 8, .heads = 2, .value_width = 3, .out = false}),
              ThrowsMessage<ConfigError>(
                  "l: without an output projection 2 heads of 3 x 1 values must make up the width 8"));
  LayerInputs inputs;
  const SequenceLayer layer = add_sequence_layer(inputs.layout, "layer", small_options());
  inputs.values = initial_values<double>(inputs.layout, kSeed);
  inputs.matrices.push_back(Matrix<double>::Zero(5, 8));
  EXPECT_THAT([&] { evaluate<double>(inputs, run_layer(layer, 3)); },
              ThrowsMessage<ShapeError>("sequence_layer: sequences of length 3 do not fill 5 rows"));
}

}  // namespace
}  // namespace plstm::test
