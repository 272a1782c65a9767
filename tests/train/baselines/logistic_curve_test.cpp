#include "plstm/train/baselines/logistic_curve.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

TEST(LogisticCurve, FindsTheCurveThatMadeTheLabels) {
  Random random(kSeed);
  std::vector<double> values, labels;
  for (int i = 0; i < 4000; ++i) {
    values.push_back(2 * random.normal());
    labels.push_back(random.uniform() < 1 / (1 + std::exp(-(1.5 * values.back() - 0.5))) ? 1 : 0);
  }
  const std::vector<double> weights(values.size(), 1.0);
  const LogisticCurve curve = fit_logistic_curve(values, labels, weights);
  EXPECT_NEAR(curve.slope, 1.5, 0.2);
  EXPECT_NEAR(curve.shift, -0.5, 0.2);
}

TEST(LogisticCurve, WeightsCountAsRows) {
  const std::vector<double> values{-1, 0, 1, 2, 1}, labels{0, 1, 0, 1, 0};
  const std::vector<double> once{-1, 0, 1, 2}, labels_of_once{0, 1, 0, 1};
  const LogisticCurve repeated = fit_logistic_curve(values, labels, std::vector<double>(5, 1.0));
  const LogisticCurve weighted = fit_logistic_curve(once, labels_of_once, std::vector<double>{1, 1, 2, 1});
  EXPECT_NEAR(repeated.slope, weighted.slope, 1e-6);
  EXPECT_NEAR(repeated.shift, weighted.shift, 1e-6);
}

TEST(LogisticCurve, StaysFiniteWhereValuesDivideTheLabels) {
  const std::vector<double> values{-1, -2, 1, 2}, labels{0, 0, 1, 1};
  const LogisticCurve curve = fit_logistic_curve(values, labels, std::vector<double>(4, 1.0));
  EXPECT_GT(curve.slope, 0);
  EXPECT_LT(curve.slope, 100);
}

TEST(LogisticCurve, LossIsTheNegativeLogarithmOfTheProbability) {
  EXPECT_NEAR(logistic_loss(0.7, 1), -std::log(1 / (1 + std::exp(-0.7))), 1e-12);
  EXPECT_NEAR(logistic_loss(0.7, 0), -std::log(1 - 1 / (1 + std::exp(-0.7))), 1e-12);
  EXPECT_NEAR(logistic_loss(-800, 1), 800, 1e-9) << "nothing overflows";
}

TEST(LogisticCurve, SizesMustFit) {
  const std::vector<double> two{1, 2}, three{0, 1, 0};
  EXPECT_THROW(fit_logistic_curve(two, three, two), ShapeError);
  EXPECT_THROW(fit_logistic_curve(two, two, three), ShapeError);
}

}  // namespace
}  // namespace plstm::test
