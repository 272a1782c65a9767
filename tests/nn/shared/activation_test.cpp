#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/activation.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

constexpr ActivationKind kKinds[] = {ActivationKind::kGelu, ActivationKind::kSilu, ActivationKind::kRelu,
                                     ActivationKind::kSigmoid, ActivationKind::kTanh};

template <class T>
struct Activated {
  std::vector<T> value, derivative;
};

template <class T>
Activated<T> run(ActivationKind kind, std::vector<T> x) {
  const auto size = static_cast<Index>(x.size());
  Activated<T> result{std::vector<T>(x.size()), std::vector<T>(x.size(), T(0))};
  const ParameterLayout none;
  Tape<T> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  Gradient<T> derivative{result.derivative.data(), size};
  const Var<T> y = activate(tape, kind, Var<T>{x.data(), &derivative, 1, size});
  tape.gradient_matrix(y).setOnes();
  tape.backward();
  std::copy_n(y.value, size, result.value.begin());
  return result;
}

// The same by the C library, in double.
Activated<double> reference(ActivationKind kind, const std::vector<float>& x) {
  Activated<double> result;
  for (const double v : x) {
    const double sigmoid = 1 / (1 + std::exp(-v));
    const double distribution = 0.5 * std::erfc(-v / std::sqrt(2.0));
    const double density = std::exp(-0.5 * v * v) / std::sqrt(2 * std::numbers::pi);
    const auto push = [&](double value, double derivative) {
      result.value.push_back(value);
      result.derivative.push_back(derivative);
    };
    switch (kind) {
      case ActivationKind::kGelu:
        push(v * distribution, distribution + v * density);
        break;
      case ActivationKind::kSilu:
        push(v * sigmoid, sigmoid + v * sigmoid * (1 - sigmoid));
        break;
      case ActivationKind::kRelu:
        push(v > 0 ? v : 0, v > 0 ? 1 : 0);
        break;
      case ActivationKind::kSigmoid:
        push(sigmoid, sigmoid * (1 - sigmoid));
        break;
      case ActivationKind::kTanh:
        push(std::tanh(v), 1 - std::tanh(v) * std::tanh(v));
        break;
    }
  }
  return result;
}

// -120..120 in steps of 1/1024, and both signs of all powers of two in range, down to the smallest denormal.
std::vector<float> dense_range() {
  std::vector<float> x{0.0f};
  for (int i = -120 * 1024; i <= 120 * 1024; ++i) x.push_back(static_cast<float>(i) / 1024);
  for (int exponent = -149; exponent <= 60; ++exponent) {
    x.push_back(std::ldexp(1.0f, exponent));
    x.push_back(-x.back());
  }
  return x;
}

TEST(Activation, HasKnownValues) {
  const std::vector<double> x{-2, 0, 1};
  const auto expect = [&](ActivationKind kind, std::vector<double> expected) {
    EXPECT_THAT(run<double>(kind, x).value, testing::Pointwise(testing::DoubleNear(1e-15), expected));
    EXPECT_THAT(
        run<float>(kind, {-2, 0, 1}).value,
        testing::Pointwise(testing::FloatNear(2e-7f), std::vector<float>(expected.begin(), expected.end())));
  };
  expect(ActivationKind::kGelu, {-0.045500263896358417, 0, 0.84134474606854293});
  expect(ActivationKind::kSilu, {-0.23840584404423515, 0, 0.73105857863000490});
  expect(ActivationKind::kRelu, {0, 0, 1});
  expect(ActivationKind::kSigmoid, {0.11920292202211755, 0.5, 0.73105857863000490});
  expect(ActivationKind::kTanh, {-0.96402758007581688, 0, 0.76159415595576489});
}

// The bounds that float keeps against the C library:
//   relu exact; sigmoid and tanh 5e-7 |f| (sigmoid above -87, below which results are denormal);
//   gelu and silu 2e-7 max(1, |x|); derivatives 3e-7, that of silu 2e-6 (1 - sigma cancels), all absolute.
TEST(Activation, FloatFollowsTheLibraryOverTheWholeRange) {
  const std::vector<float> x = dense_range();
  for (const ActivationKind kind : kKinds) {
    const Activated<float> actual = run<float>(kind, x);
    const Activated<double> expected = reference(kind, x);
    const bool unit = kind == ActivationKind::kGelu || kind == ActivationKind::kSilu;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double bound = unit ? 2e-7 * std::max(1.0, std::abs(double{x[i]})) : 5e-7 * std::abs(expected.value[i]);
      if (kind == ActivationKind::kRelu) bound = 0;
      if (kind == ActivationKind::kSigmoid && x[i] < -87) bound = 2e-38;
      // Half of the smallest denormal: what rounding alone may cost.
      ASSERT_NEAR(actual.value[i], expected.value[i], bound + 0x1p-150)
          << "kind " << static_cast<int>(kind) << " at " << x[i];
      ASSERT_NEAR(actual.derivative[i], expected.derivative[i], kind == ActivationKind::kSilu ? 2e-6 : 3e-7)
          << "derivative of kind " << static_cast<int>(kind) << " at " << x[i];
    }
  }
}

TEST(Activation, FiniteArgumentsGiveFiniteResults) {
  const float most = std::numeric_limits<float>::max();
  for (const ActivationKind kind : kKinds) {
    const Activated<float> result = run<float>(kind, {-most, -1e30f, -1e4f, 1e4f, 1e30f, most});
    for (const float y : result.value) EXPECT_TRUE(std::isfinite(y)) << static_cast<int>(kind);
    for (const float y : result.derivative) EXPECT_TRUE(std::isfinite(y)) << static_cast<int>(kind);
  }
}

TEST(Activation, NaNStaysNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const ActivationKind kind : kKinds) {
    if (kind == ActivationKind::kRelu) continue;
    // Long enough for every vector width, and a remainder.
    for (const float y : run<float>(kind, std::vector<float>(37, nan)).value) EXPECT_TRUE(std::isnan(y));
    EXPECT_TRUE(std::isnan(run<double>(kind, {nan}).value[0]));
  }
}

TEST(Activation, GradientsMatch) {
  Random random(kSeed);
  for (const ActivationKind kind : kKinds) {
    const LayerInputs inputs{{}, {}, {random_matrix(3, 5, random, 2)}};
    EXPECT_TRUE(gradients_match(inputs, [kind](auto& tape, const auto& x) {
      return activate(tape, kind, x[0]);
    })) << static_cast<int>(kind);
  }
}

TEST(Activation, GatedSiluMultipliesTheHalves) {
  Matrix<double> x(2, 4);
  x << 2, -1, 1, 0,  //
      3, 5, -2, 1;
  const auto function = [](auto& tape, const auto& in) { return gated_silu(tape, in[0]); };
  const LayerInputs inputs{{}, {}, {x}};
  Matrix<double> expected(2, 2);
  expected << 2 * 0.73105857863000490, 0,  //
      3 * -0.23840584404423515, 5 * 0.73105857863000490;
  EXPECT_TRUE(evaluate<double>(inputs, function).isApprox(expected, 1e-15));
  EXPECT_TRUE(evaluate<float>(inputs, function).isApprox(expected.cast<float>(), 3e-7f));
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 6, random)}}, function));
}

TEST(Activation, MultiplySiluIsTheGatedUnitOfTwoMatrices) {
  Random random(kSeed);
  const auto function = [](auto& tape, const auto& x) { return multiply_silu(tape, x[0], x[1]); };
  const LayerInputs inputs{{}, {}, {random_matrix(4, 3, random), random_matrix(4, 3, random)}};
  Matrix<double> both(4, 6);
  both << inputs.matrices[0], inputs.matrices[1];
  EXPECT_TRUE(
      evaluate<double>(inputs, function)
          .isApprox(evaluate<double>({{}, {}, {both}},
                                     [](auto& tape, const auto& x) { return gated_silu(tape, x[0]); }),
                    1e-14));
  EXPECT_TRUE(gradients_match(inputs, function));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {both, inputs.matrices[0]}}, function);
      },
      ThrowsMessage<ShapeError>("multiply_silu: b has shape [4, 3], expected [4, 6]"));
}

TEST(Activation, GatedSiluWantsAnEvenWidth) {
  EXPECT_THAT(
      [] {
        evaluate<double>({{}, {}, {Matrix<double>::Zero(2, 5)}},
                         [](auto& tape, const auto& x) { return gated_silu(tape, x[0]); });
      },
      ThrowsMessage<ShapeError>("gated_silu: x has 5 columns, expected an even number"));
}

TEST(Activation, AcceptsNoRows) {
  const LayerInputs inputs{{}, {}, {Matrix<double>(0, 4)}};
  EXPECT_TRUE(gradients_match(
      inputs, [](auto& tape, const auto& x) { return activate(tape, ActivationKind::kGelu, x[0]); }));
  EXPECT_TRUE(gradients_match(inputs, [](auto& tape, const auto& x) { return gated_silu(tape, x[0]); }));
}

}  // namespace
}  // namespace plstm::test
