#include "plstm/nn/autodiff/gradient_check.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

// x^2 with a gradient rule that is right but for the entry 1.
GradientCheckFunction square(double error) {
  return [=](Tape<double>& tape, const std::vector<Var<double>>& x) {
    const Var<double> in = x[0];
    const Var<double> y = tape.make(in.rows, in.cols);
    for (Index i = 0; i < y.size(); ++i) y.value[i] = in.value[i] * in.value[i];
    tape.on_backward(y, [=, &tape](const double* dy) {
      double* dx = tape.gradient(in);
      for (Index i = 0; i < y.size(); ++i) dx[i] += 2 * in.value[i] * dy[i] + (i == 1 ? error : 0);
    });
    return y;
  };
}

TEST(GradientCheck, ReportsTheLargestDeviationWithBothNumbers) {
  const Matrix<double> x{{1, 2, 3}};
  const GradientCheckInputs inputs{{}, {}, {{x.data(), 1, 3}}};
  const GradientReport right = check_gradients(inputs, square(0));
  EXPECT_TRUE(right.ok()) << right.problem;
  EXPECT_LT(right.deviation, 1e-6);
  EXPECT_EQ(right.tensor, "input 0");
  const GradientReport wrong = check_gradients(inputs, square(0.5));
  EXPECT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.tensor, "input 0");
  EXPECT_EQ(wrong.entry, 1u);
  EXPECT_NEAR(wrong.analytic - wrong.numeric, 0.5, 1e-6);
  EXPECT_NEAR(wrong.deviation, 0.5 / std::abs(wrong.numeric), 1e-6);
  EXPECT_THAT(wrong.problem, HasSubstr("gradient of input 0[1] is "));
  EXPECT_TRUE(check_gradients(inputs, square(0.5), {.relative = 1e3}).ok());
}

TEST(GradientCheck, NoticesGradientsThatAreNotNumbers) {
  const Matrix<double> x{{1, 2, 3}};
  const GradientReport report =
      check_gradients({{}, {}, {{x.data(), 1, 3}}}, square(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.entry, 1u);
}

TEST(GradientCheck, RefusesValuesThatDoNotFitTheLayout) {
  GradientCheckInputs inputs;
  inputs.layout.add("w", {3}, ConstantInit{}, true);
  EXPECT_THROW(check_gradients(inputs, square(0)), ShapeError);
}

// The check that all other tests trust must itself find mistakes, and say where.
TEST(GradientCheck, NoticesAWrongRule) {
  const auto square = [](double factor, double offset) {
    return [=](Tape<double>& tape, const std::vector<Var<double>>& x) {
      const Var<double> in = x[0];
      const Var<double> y = tape.make(in.rows, in.cols);
      for (Index i = 0; i < y.size(); ++i) y.value[i] = in.value[i] * in.value[i];
      tape.on_backward(y, [=, &tape](const double* dy) {
        double* dx = tape.gradient(in);
        for (Index i = 0; i < y.size(); ++i) {
          const double wrong = i == 2 ? offset : 0.0;
          dx[i] += factor * in.value[i] * dy[i] + wrong;
        }
      });
      return y;
    };
  };
  Random random(kSeed);
  LayerInputs inputs{{}, {}, {random_matrix(2, 3, random)}};
  inputs.matrices[0](0, 2) =
      0.01;  // deviations count relative to the entry, so a small one shows a small mistake
  EXPECT_TRUE(gradients_match(inputs, square(2, 0)));
  const auto wrong_factor = gradients_match(inputs, square(2.0001, 0));
  EXPECT_FALSE(wrong_factor);
  EXPECT_THAT(wrong_factor.message(), HasSubstr("gradient of input 0["));
  const auto wrong_entry = gradients_match(inputs, square(2, 1e-6));
  EXPECT_FALSE(wrong_entry);
  EXPECT_THAT(wrong_entry.message(), HasSubstr("gradient of input 0[2] is "));
}

TEST(GradientCheck, NoticesReplacedGradients) {
  const auto copy = [](std::optional<Store> always) {
    return [=](Tape<double>& tape, const std::vector<Var<double>>& x) {
      const Var<double> in = x[0];
      const Var<double> y = tape.make(1, 3);
      y.matrix() = in.matrix();
      tape.on_backward(y, [=, &tape](const double* dy) {
        const auto [dx, store] = tape.gradient_to_write(in);
        const bool add = always.value_or(store) == Store::kAdd;
        for (Index i = 0; i < 3; ++i) dx[i] = (add ? dx[i] : 0) + dy[i];
      });
      return y;
    };
  };
  Random random(kSeed);
  const LayerInputs inputs{{}, {}, {random_matrix(1, 3, random)}};
  EXPECT_TRUE(gradients_match(inputs, copy(std::nullopt)));
  EXPECT_THAT(gradients_match(inputs, copy(Store::kReplace)).message(), HasSubstr("gradient of input 0["));
}

TEST(GradientCheck, NoticesKeptGradientsOfParametersAndPadding) {
  LayerInputs inputs;
  const ParameterId id = inputs.layout.add("w", {1, 3}, ConstantInit{}, true);
  Random random(kSeed);
  inputs.values = random_values(inputs.layout, 1, random);
  const auto copy = [=](bool keep, Index size) {
    return [=](Tape<double>& tape, const std::vector<Var<double>>&) {
      const Var<double> w = tape.parameter(id);
      const Var<double> y = tape.make(1, 3);
      y.matrix() = w.matrix();
      tape.on_backward(y, [=, &tape](const double* dy) {
        double* dw = tape.gradient_to_write(w).data;
        for (Index i = 0; i < size; ++i) {
          dw[i] = (keep ? dw[i] : 0) + (i < 3 ? dy[i] : 1);
        }
      });
      return y;
    };
  };
  EXPECT_TRUE(gradients_match(inputs, copy(false, 3)));
  EXPECT_THAT(gradients_match(inputs, copy(true, 3)).message(), HasSubstr("gradient of w["));
  EXPECT_THAT(gradients_match(inputs, copy(false, 4)).message(),
              HasSubstr("there is a gradient in the padding at the end"));
}

TEST(GradientCheck, NoticesAForwardPassThatDependsOnRecording) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Ones(1, 1)}};
  const auto result = gradients_match(inputs, [](Tape<double>& tape, const std::vector<Var<double>>&) {
    const Var<double> y = tape.make(1, 1);
    y.value[0] = tape.records() ? 1 : 2;
    return y;
  });
  EXPECT_THAT(result.message(), HasSubstr("the recorded output differs"));
}

}  // namespace
}  // namespace plstm::test
