#include <cmath>
#include <vector>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/baselines/logistic.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Ones = std::vector<std::uint32_t>;

BinaryRows rows_of(Index columns, const std::vector<Ones>& rows) {
  BinaryRows features(columns);
  for (const Ones& row : rows) features.append(row);
  return features;
}

struct Sample {
  BinaryRows features;
  std::vector<double> labels;
};

/// Labels that mostly follow the first column.
Sample random_sample(Index rows, Index columns) {
  Random random(test::kSeed);
  Sample sample{BinaryRows(columns), {}};
  for (Index row = 0; row < rows; ++row) {
    Ones ones;
    for (Index column = 0; column < columns; ++column) {
      if (random.uniform() < 0.3) ones.push_back(static_cast<std::uint32_t>(column));
    }
    const bool first = !ones.empty() && ones.front() == 0;
    sample.labels.push_back(random.uniform() < (first ? 0.8 : 0.3) ? 1.0 : 0.0);
    sample.features.append(ones);
  }
  return sample;
}

double probability(double logit) {
  return 1 / (1 + std::exp(-logit));
}

TEST(BinaryRows, KeepsRowsAndRejectsOthers) {
  BinaryRows rows(4);
  rows.append(Ones{0, 3});
  rows.append(Ones{});
  EXPECT_EQ(rows.num_rows(), 2);
  EXPECT_EQ(rows.num_columns(), 4);
  EXPECT_EQ(rows.num_ones(), 2u);
  EXPECT_THAT(rows.ones(0), ElementsAre(0, 3));
  EXPECT_TRUE(rows.ones(1).empty());
  EXPECT_THAT([&] { rows.append(Ones{4}); }, ThrowsMessage<ShapeError>(HasSubstr("column 4 of row 2")));
  EXPECT_THAT([&] { rows.append(Ones(2, 1)); }, ThrowsMessage<ShapeError>(HasSubstr("does not ascend")));
  EXPECT_EQ(rows.num_rows(), 2) << "a refused row leaves nothing behind";
  EXPECT_THAT([] { BinaryRows(0); }, ThrowsMessage<ConfigError>(HasSubstr("num_columns is 0")));
}

TEST(Logistic, ConstantFeaturesLeaveTheInterceptToTheLogOdds) {
  // A column without ones has gradient penalty * w, so its weight is 0; then p = 1/4 and b = log(1/3).
  const std::vector<double> labels{0, 1, 0, 0};
  const LogisticModel model = fit_logistic(rows_of(2, std::vector<Ones>(4)), labels, {.tolerance = 1e-12});
  EXPECT_THAT(model.weights, ElementsAre(0, 0));
  EXPECT_NEAR(model.intercept, -std::log(3.0), 1e-10);
}

TEST(Logistic, TwoGroupsByHand) {
  // Symmetric: rows with the bit are 1, the others 0, so z = +-a with w = 2 a, b = -a. The derivative by w is
  // penalty 2 a - 3 (1 - p(a)) = 0; with penalty = 3 (1 - p(a)) / (2 a) the solution is a.
  const double a = 0.7;
  const double penalty = 3 * (1 - probability(a)) / (2 * a);
  const BinaryRows features = rows_of(1, {{0}, {}, {0}, {}, {0}, {}});
  const LogisticModel model =
      fit_logistic(features, std::vector<double>{1, 0, 1, 0, 1, 0}, {.penalty = penalty, .tolerance = 1e-12});
  EXPECT_THAT(model.weights, ElementsAre(DoubleNear(2 * a, 1e-9)));
  EXPECT_NEAR(model.intercept, -a, 1e-9);
  EXPECT_THAT(predict(model, rows_of(1, {{}, {0}})), ElementsAre(DoubleNear(-a, 1e-9), DoubleNear(a, 1e-9)));
}

class LogisticShape : public ::testing::TestWithParam<std::tuple<Index, Index, double>> {};

TEST_P(LogisticShape, GradientIsZero) {
  const auto [rows, columns, penalty] = GetParam();
  const Sample sample = random_sample(rows, columns);
  const LogisticModel model =
      fit_logistic(sample.features, sample.labels, {.penalty = penalty, .tolerance = 1e-9});
  const std::vector<double> logits = predict(model, sample.features);
  std::vector<double> gradient(static_cast<std::size_t>(columns));
  double intercept_gradient = 0;
  for (std::size_t column = 0; column < gradient.size(); ++column) {
    gradient[column] = penalty * model.weights[column];
  }
  for (Index row = 0; row < rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    const double error = probability(logits[i]) - sample.labels[i];
    for (const std::uint32_t column : sample.features.ones(row)) gradient[column] += error;
    intercept_gradient += error;
  }
  const double near = 1e-7 * static_cast<double>(rows);
  EXPECT_THAT(gradient, Each(DoubleNear(0, near)));
  EXPECT_NEAR(intercept_gradient, 0, near);
  EXPECT_GT(model.weights[0], 0) << "the column that labels follow";
}

INSTANTIATE_TEST_SUITE_P(WideTallWeakStrong, LogisticShape,
                         ::testing::Values(std::tuple(40, 200, 1.0), std::tuple(2000, 30, 1.0),
                                           std::tuple(300, 300, 1e-4), std::tuple(300, 300, 1e4),
                                           std::tuple(3000, 500, 0.1)));

TEST(Logistic, AgreesWithDenseNewton) {
  const Sample sample = random_sample(200, 12);
  const double penalty = 0.5;
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(200, 13);
  x.col(12).setOnes();
  for (Index row = 0; row < 200; ++row) {
    for (const std::uint32_t column : sample.features.ones(row)) x(row, column) = 1;
  }
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(sample.labels.data(), 200);
  Eigen::VectorXd penalties = Eigen::VectorXd::Constant(13, penalty);
  penalties[12] = 0;
  Eigen::VectorXd w = Eigen::VectorXd::Zero(13);
  for (int step = 0; step < 30; ++step) {
    const Eigen::VectorXd p = (1 + (-(x * w).array()).exp()).inverse();
    const Eigen::VectorXd curvature = p.array() * (1 - p.array());
    const Eigen::MatrixXd penalty_matrix = penalties.asDiagonal();
    const Eigen::MatrixXd hessian = x.transpose() * curvature.asDiagonal() * x + penalty_matrix;
    w -= hessian.lu().solve(x.transpose() * (p - y) + penalty_matrix * w);
  }
  const LogisticModel model =
      fit_logistic(sample.features, sample.labels, {.penalty = penalty, .tolerance = 1e-11});
  for (Index i = 0; i < 12; ++i) EXPECT_NEAR(model.weights[static_cast<std::size_t>(i)], w[i], 1e-8) << i;
  EXPECT_NEAR(model.intercept, w[12], 1e-8);
}

TEST(Logistic, SeparableLabelsConverge) {
  const BinaryRows features = rows_of(2, {{0}, {1}, {0}, {1}});
  const LogisticModel model = fit_logistic(features, std::vector<double>{1, 0, 1, 0}, {.penalty = 1e-6});
  EXPECT_GT(model.weights[0], 3);
  EXPECT_NEAR(model.weights[0], -model.weights[1], 1e-3);
}

TEST(Logistic, SameBitsForEveryNumberOfThreads) {
  const Sample sample = random_sample(5000, 400);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    const LogisticModel model = fit_logistic(sample.features, sample.labels);
    std::vector<double> all = predict(model, sample.features);
    all.insert(all.end(), model.weights.begin(), model.weights.end());
    all.push_back(model.intercept);
    return all;
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

TEST(Logistic, RejectsBadArguments) {
  const BinaryRows features = rows_of(1, {{0}, {}, {0}});
  const auto fit = [&](const std::vector<double>& labels, LogisticOptions options = {}) {
    fit_logistic(features, labels, options);
  };
  EXPECT_THAT(([&] {
                fit({0, 1});
              }),
              ThrowsMessage<ShapeError>(HasSubstr("labels has 2 entries, expected 3")));
  EXPECT_THAT(([&] { fit({0, 1, 0.5}); }), ThrowsMessage<TrainingError>(HasSubstr("label of row 2 is 0.5")));
  EXPECT_THAT(([&] { fit({1, 1, 1}); }), ThrowsMessage<TrainingError>(HasSubstr("none of 3 labels is 0")));
  EXPECT_THAT(([&] { fit({0, 0, 0}); }), ThrowsMessage<TrainingError>(HasSubstr("none of 3 labels is 1")));
  EXPECT_THAT(([&] {
                fit({0, 1, 0}, {.penalty = 0});
              }),
              ThrowsMessage<ConfigError>(HasSubstr("penalty is 0")));
  EXPECT_THAT(([&] {
                fit({0, 1, 0}, {.tolerance = NAN});
              }),
              ThrowsMessage<ConfigError>(HasSubstr("tolerance")));
  EXPECT_THAT(([&] {
                fit({0, 1, 0}, {.tolerance = 1e-300, .max_iterations = 3});
              }),
              ThrowsMessage<TrainingError>(HasSubstr("not reached after 3 steps")));
  EXPECT_THAT(
      [&] {
        predict(LogisticModel{{1, 2}, 0}, features);
      },
      ThrowsMessage<ShapeError>(HasSubstr("columns")));
  EXPECT_THAT([] { fit_logistic(BinaryRows(1), {}); },
              ThrowsMessage<TrainingError>(HasSubstr("none of 0 labels")));
}

}  // namespace
}  // namespace plstm
