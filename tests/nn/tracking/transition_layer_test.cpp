#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/tracking/transition_layer.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto run_transition(const TransitionLayer& layer) {
  return [&layer](auto& tape, const auto& x) { return apply(tape, layer, x[0]); };
}

TEST(TransitionLayer, GradientsMatch) {
  Random random(kSeed);
  for (const Index state : {1, 3}) {
    for (const bool weight : {true, false}) {
      LayerInputs inputs;
      const TransitionLayer layer = add_transition_layer(
          inputs.layout, "transition", {.in = 4, .groups = 2, .state = state, .weight = weight});
      inputs.values = random_values(inputs.layout, 0.3, random);
      inputs.matrices.push_back(random_matrix(3, 4, random));
      EXPECT_TRUE(gradients_match(inputs, run_transition(layer)));
      const Matrix<double> t = evaluate<double>(inputs, run_transition(layer));
      EXPECT_EQ(t.cols(), 2 * state * state);
      EXPECT_EQ(t.row(0) == t.row(1), !weight);
    }
  }
}

TEST(TransitionLayer, StartsNearTheIdentity) {
  for (const TransitionNorm norm :
       {TransitionNorm::kExponential, TransitionNorm::kHouseholder, TransitionNorm::kQr,
        TransitionNorm::kEigenvalueLimit, TransitionNorm::kSingularValueLimit}) {
    LayerInputs inputs;
    const TransitionLayer layer =
        add_transition_layer(inputs.layout, "transition", {.in = 4, .groups = 1, .state = 3, .norm = norm});
    inputs.values = initial_values<double>(inputs.layout, kSeed);
    inputs.matrices.push_back(Matrix<double>::Zero(1, 4));
    const Matrix<double> t = evaluate<double>(inputs, run_transition(layer));
    EXPECT_TRUE(ConstMatrixMap<double>(t.data(), 3, 3).isIdentity(0.05)) << static_cast<int>(norm);
  }
}

TEST(TransitionLayer, NamesItsParameters) {
  ParameterLayout layout;
  add_transition_layer(layout, "transition", {.in = 8, .groups = 2, .state = 4});
  std::vector<std::string> names;
  for (const ParameterInfo& info : layout.infos()) names.push_back(info.name);
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre("transition.eigenvalues_bias", "transition.eigenvalues_weight",
                                              "transition.inproj_bias", "transition.inproj_weight",
                                              "transition.outproj_bias", "transition.outproj_weight"));
  EXPECT_THAT([&] { add_transition_layer(layout, "t", {.in = 8, .state = 0}); },
              ThrowsMessage<ConfigError>("t: the state width JT must be positive"));
}

}  // namespace
}  // namespace plstm::test
