#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/linear.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

const auto kLinear = [](auto& tape, const auto& x) { return linear(tape, x[0], x[1], x[2]); };
const auto kWithoutBias = [](auto& tape, const auto& x) { return linear(tape, x[0], x[1]); };

TEST(Linear, HasKnownValues) {
  const Matrix<double> x{{1, 2}};
  const Matrix<double> weight{{1, 0}, {3, 4}, {0, -1}};
  EXPECT_EQ(evaluate<double>({{}, {}, {x, weight, Matrix<double>{{10, 20, 30}}}}, kLinear),
            (Matrix<double>{{11, 31, 28}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {x, weight}}, kWithoutBias), (Matrix<double>{{1, 11, -2}}));
}

TEST(Linear, GradientsMatch) {
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  EXPECT_TRUE(gradients_match({{}, {}, {m(4, 3), m(5, 3), m(1, 5)}}, kLinear));
  EXPECT_TRUE(gradients_match({{}, {}, {m(4, 3), m(5, 3)}}, kWithoutBias));
  EXPECT_TRUE(gradients_match({{}, {}, {m(1, 1), m(1, 1), m(1, 1)}}, kLinear));
  EXPECT_TRUE(gradients_match({{}, {}, {m(0, 3), m(5, 3), m(1, 5)}}, kLinear));
}

// Enough rows for several blocks, whose sums are added up.
TEST(Linear, ManyRowsAddUp) {
  Random random(kSeed);
  const Matrix<double> x = random_matrix(20000, 3, random), weight = random_matrix(2, 3, random),
                       dy = random_matrix(20000, 2, random);
  const LayerInputs inputs{{}, {}, {x, weight, random_matrix(1, 2, random)}};
  const auto result = run_backward<double>(inputs, kLinear, 1.0, dy);
  const Matrix<double> y = (x * weight.transpose()).rowwise() + inputs.matrices[2].row(0);
  const Matrix<double> dx = dy * weight, dweight = dy.transpose() * x, dbias = dy.colwise().sum();
  EXPECT_TRUE(result.output.isApprox(y, 1e-12));
  EXPECT_TRUE((result.matrices[0].array() - 1).matrix().isApprox(dx, 1e-12));  // they started at 1
  EXPECT_TRUE((result.matrices[1].array() - 1).matrix().isApprox(dweight, 1e-10));
  EXPECT_TRUE((result.matrices[2].array() - 1).matrix().isApprox(dbias, 1e-10));
}

// [a, b] W^T + bias, without making [a, b].
TEST(Linear, ColumnsAreThoseOfAConcatenation) {
  Random random(kSeed);
  const Matrix<double> a = random_matrix(4, 3, random), b = random_matrix(4, 2, random);
  const LayerInputs inputs{{}, {}, {a, b, random_matrix(6, 5, random), random_matrix(1, 6, random)}};
  const auto second = [](auto& tape, const auto& x) { return linear_columns(tape, x[1], x[2], 3, x[3]); };
  const auto first = [](auto& tape, const auto& x) { return linear_columns(tape, x[0], x[2], 0); };
  Matrix<double> both(4, 5);
  both << a, b;
  const Matrix<double> whole =
      evaluate<double>({{}, {}, {both, inputs.matrices[2], inputs.matrices[3]}}, kLinear);
  EXPECT_TRUE((evaluate<double>(inputs, first) + evaluate<double>(inputs, second)).isApprox(whole, 1e-14));
  EXPECT_TRUE(gradients_match(inputs, first));
  EXPECT_TRUE(gradients_match(inputs, second));
}

TEST(Linear, AStackIsItsMapsSideBySide) {
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  // x, a whole weight, the middle of a wider one, and the rest of that one.
  const LayerInputs inputs{{}, {}, {m(5, 3), m(2, 3), m(1, 2), m(4, 7), m(1, 4)}};
  const auto stack = [](auto& tape, const auto& x) {
    using T = std::remove_pointer_t<decltype(x[0].value)>;
    const std::vector<LinearPart<T>> parts{{x[1], 0, x[2]}, {x[3], 2}, {x[3], 4, x[4]}};
    return linear_stack<T>(tape, x[0], parts);
  };
  Matrix<double> expected(5, 10);
  expected << evaluate<double>(inputs,
                               [](auto& tape, const auto& x) { return linear(tape, x[0], x[1], x[2]); }),
      evaluate<double>(inputs, [](auto& tape, const auto& x) { return linear_columns(tape, x[0], x[3], 2); }),
      evaluate<double>(inputs,
                       [](auto& tape, const auto& x) { return linear_columns(tape, x[0], x[3], 4, x[4]); });
  EXPECT_TRUE(evaluate<double>(inputs, stack).isApprox(expected, 1e-14));
  EXPECT_TRUE(gradients_match(inputs, stack));
  LayerInputs empty = inputs;
  empty.matrices[0] = Matrix<double>(0, 3);
  EXPECT_TRUE(gradients_match(empty, stack));
}

TEST(Linear, AStackLeavesConstantsAlone) {
  Random random(kSeed);
  const Matrix<double> x = random_matrix(4, 3, random), weight = random_matrix(2, 3, random);
  const LayerInputs inputs{{}, {}, {random_matrix(5, 3, random)}};
  EXPECT_TRUE(gradients_match(inputs, [&](auto& tape, const auto& in) {
    const std::vector<LinearPart<double>> parts{{tape.constant(weight.data(), 2, 3)}, {in[0]}};
    return linear_stack<double>(tape, tape.constant(x.data(), 4, 3), parts);
  }));
}

TEST(Linear, GeluOfALinearMapIsOneOperation) {
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  const LayerInputs inputs{{}, {}, {m(4, 3), m(5, 3), m(1, 5)}};
  const auto one = [](auto& tape, const auto& x) { return linear_gelu(tape, x[0], x[1], x[2]); };
  const auto two = [](auto& tape, const auto& x) {
    return activate(tape, ActivationKind::kGelu, linear(tape, x[0], x[1], x[2]));
  };
  EXPECT_EQ(evaluate<double>(inputs, one), evaluate<double>(inputs, two));
  EXPECT_TRUE(gradients_match(inputs, one));
  EXPECT_TRUE(run_backward<float>(inputs, one)
                  .matrices[0]
                  .isApprox(run_backward<float>(inputs, two).matrices[0], 1e-5f));
}

TEST(Linear, LeavesConstantsAlone) {
  Random random(kSeed);
  const Matrix<double> constant = random_matrix(4, 3, random);
  const LayerInputs inputs{{}, {}, {random_matrix(5, 3, random)}};
  EXPECT_TRUE(gradients_match(inputs, [&](auto& tape, const auto& x) {
    return linear(tape, tape.constant(constant.data(), 4, 3), x[0]);
  }));
  EXPECT_TRUE(gradients_match(inputs, [&](auto& tape, const auto& x) {
    return linear(tape, x[0], tape.constant(constant.data(), 4, 3));
  }));
}

TEST(Linear, ComplainsAboutShapes) {
  const auto zero = [](Index rows, Index cols) { return Matrix<double>(Matrix<double>::Zero(rows, cols)); };
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {zero(2, 5), zero(3, 4)}}, kWithoutBias);
      },
      ThrowsMessage<ShapeError>("linear: x has shape [2, 5], expected [2, 4]"));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {zero(2, 4), zero(3, 4), zero(1, 2)}}, kLinear);
      },
      ThrowsMessage<ShapeError>("linear: bias has 2 entries, expected 3"));
  const auto beyond = [](Index first) {
    return [first](auto& tape, const auto& x) { return linear_columns(tape, x[0], x[1], first); };
  };
  const LayerInputs inputs{{}, {}, {zero(2, 3), zero(3, 4)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, beyond(2)); },
              ThrowsMessage<ShapeError>("linear: x has 3 columns, the weight [3, 4] has 2 from column 2 on"));
  EXPECT_THROW(evaluate<double>(inputs, beyond(-1)), ShapeError);
  EXPECT_NO_THROW(evaluate<double>(inputs, beyond(1)));
}

// gelu(x W^T + b) V^T on a tape of the given precision: the output and all gradients, one after the other.
std::vector<Matrix<float>> two_maps(const std::vector<Matrix<double>>& inputs, Precision precision) {
  const ParameterLayout layout;
  Tape<float> tape;
  tape.start(layout, nullptr, nullptr, {.gradients = true, .precision = precision});
  std::vector<Var<float>> vars;
  for (const Matrix<double>& matrix : inputs) vars.push_back(put(tape, matrix));
  const Var<float> y = linear(tape, linear_gelu(tape, vars[0], vars[1], vars[2]), vars[3]);
  std::vector<Matrix<float>> results{y.matrix()};
  tape.gradient_matrix(y) = output_weights(y.rows, y.cols).cast<float>();
  tape.backward();
  for (const Var<float>& var : vars) results.push_back(tape.gradient_matrix(var));
  return results;
}

TEST(Linear, InBfloat16AllProductsAreOfRoundedFactors) {
  if (bfloat16_products() == Bfloat16Products::kNone) {
    GTEST_SKIP() << "no bfloat16 products: the processor lacks AMX and AVX-512 BF16, or PLSTM_ISA hides them";
  }
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  const std::vector<Matrix<double>> inputs{m(40, 32), m(48, 32), m(1, 48), m(24, 48)};
  const auto exact = two_maps(inputs, Precision::kFloat), rounded = two_maps(inputs, Precision::kBfloat16);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const float error = (rounded[i] - exact[i]).norm() / exact[i].norm();
    EXPECT_GT(error, 1e-4f) << i;  // else it was computed in float
    EXPECT_LT(error, 1e-2f) << i;
  }
}

// Whether a weight was transposed ahead or not, it is rounded to the same numbers.
TEST(Linear, InBfloat16TransposedWeightsAreRoundedToo) {
  if (bfloat16_products() == Bfloat16Products::kNone) {
    GTEST_SKIP() << "no bfloat16 products: the processor lacks AMX and AVX-512 BF16, or PLSTM_ISA hides them";
  }
  ParameterLayout layout;
  const LinearLayer layer = add_linear(layout, "a", 40, 24, true);
  const std::vector<float> values = initial_values<float>(layout, 1);
  std::vector<float> transposed(values.size());
  transpose_parameters<float>(layout, values, transposed);
  Random random(kSeed);
  const Matrix<double> x = random_matrix(10, 40, random);
  const auto output = [&](const float* ahead, Precision precision) {
    Tape<float> tape;
    tape.start(layout, values.data(), nullptr, {.precision = precision}, ahead);
    return Matrix<float>(apply(tape, layer, put(tape, x)).matrix());
  };
  const Matrix<float> expected = output(nullptr, Precision::kBfloat16);
  EXPECT_EQ(output(transposed.data(), Precision::kBfloat16), expected);
  EXPECT_NE(output(transposed.data(), Precision::kFloat), expected);
}

TEST(Linear, LayersKeepTheirParametersInTheLayout) {
  LayerInputs inputs;
  const LinearLayer with_bias = add_linear(inputs.layout, "a", 3, 2, true);
  const LinearLayer plain = add_linear(inputs.layout, "b", 2, 4, false, {ConstantInit{0.5}});
  std::vector<std::string> names;
  for (const ParameterInfo& info : inputs.layout.infos()) names.push_back(info.name);
  EXPECT_THAT(names, ElementsAre("a.weight", "a.bias", "b.weight"));
  EXPECT_THAT(inputs.layout[with_bias.weight].shape, ElementsAre(2, 3));
  EXPECT_THAT(inputs.layout[with_bias.bias].shape, ElementsAre(2));
  EXPECT_TRUE(inputs.layout[with_bias.weight].decays);
  EXPECT_FALSE(inputs.layout[with_bias.bias].decays);
  EXPECT_FALSE(plain.bias.valid());

  Random random(kSeed);
  inputs.values = random_values(inputs.layout, 1, random);
  inputs.matrices = {random_matrix(5, 3, random)};
  EXPECT_TRUE(gradients_match(
      inputs, [&](auto& tape, const auto& x) { return apply(tape, plain, apply(tape, with_bias, x[0])); }));
}

}  // namespace
}  // namespace plstm::test
