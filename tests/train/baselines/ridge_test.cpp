#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Cholesky>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Ridge, LineByHand) {
  // Centred: x = -1, 0, 1 and y = -2, 0, 2, so w = 4 / (2 + penalty).
  const std::vector<double> x = {1, 2, 3};
  const std::vector<double> y = {8, 10, 12};
  const RidgeModel model = fit_ridge<double>({x.data(), 3, 1}, y, {.penalties = {2.0}});
  EXPECT_THAT(model.weights, ElementsAre(DoubleNear(1.0, 1e-14)));
  EXPECT_NEAR(model.intercept, 8.0, 1e-14);
  EXPECT_EQ(model.penalty, 2.0);
  const std::vector<double> at = {0, 5};
  EXPECT_THAT(predict<double>(model, {at.data(), 2, 1}),
              ElementsAre(DoubleNear(8, 1e-13), DoubleNear(13, 1e-13)));
}

/// Solution and score by dense solves, as the definitions say.
struct Reference {
  Eigen::VectorXd weights;
  double intercept;
  double score;
};

Reference reference(const std::vector<double>& features, Index columns, const std::vector<double>& targets,
                    double penalty) {
  const auto n = std::ssize(targets);
  Eigen::MatrixXd x = ConstMatrixMap<double>(features.data(), n, columns);
  const Eigen::RowVectorXd mean = x.colwise().mean();
  x.rowwise() -= mean;
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(targets.data(), n);
  const Eigen::MatrixXd ridge = x.transpose() * x + penalty * Eigen::MatrixXd::Identity(columns, columns);
  const Eigen::MatrixXd solution = ridge.ldlt().solve(x.transpose());
  const Eigen::MatrixXd hat = x * solution + Eigen::MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n));
  const double freedom = static_cast<double>(n) - hat.trace();
  const Eigen::VectorXd weights = solution * y;
  return {weights, y.mean() - mean.dot(weights),
          static_cast<double>(n) * (y - hat * y).squaredNorm() / (freedom * freedom)};
}

class RidgeShape : public ::testing::TestWithParam<std::pair<Index, Index>> {};

TEST_P(RidgeShape, AgreesWithDenseSolves) {
  const auto [n, columns] = GetParam();
  Random random(test::kSeed);
  std::vector<double> features(static_cast<std::size_t>(n * columns));
  for (double& value : features) value = random.uniform() < 0.3 ? 1.0 : 0.0;
  auto targets = test::random_normal<double>(static_cast<std::size_t>(n), random);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i] += 3 + 2 * features[i * static_cast<std::size_t>(columns)];
  }
  const std::vector<double> penalties = {0.01, 0.3, 2, 10, 50, 1000};
  double best_score = std::numeric_limits<double>::infinity();
  double best_penalty = 0;
  for (const double penalty : penalties) {
    const Reference expected = reference(features, columns, targets, penalty);
    const RidgeModel model =
        fit_ridge<double>({features.data(), n, columns}, targets, {.penalties = {penalty}});
    for (Index j = 0; j < columns; ++j) {
      EXPECT_NEAR(model.weights[static_cast<std::size_t>(j)], expected.weights[j], 1e-9)
          << penalty << " " << j;
    }
    EXPECT_NEAR(model.intercept, expected.intercept, 1e-9) << penalty;
    if (expected.score < best_score) {
      best_score = expected.score;
      best_penalty = penalty;
    }
  }
  EXPECT_EQ(fit_ridge<double>({features.data(), n, columns}, targets, {.penalties = penalties}).penalty,
            best_penalty);

  const std::vector<float> single(features.begin(), features.end());
  const RidgeModel exact = fit_ridge<double>({features.data(), n, columns}, targets);
  const RidgeModel from_float = fit_ridge<float>({single.data(), n, columns}, targets);
  EXPECT_EQ(from_float.weights, exact.weights) << "0 and 1 are the same numbers in float";
  EXPECT_EQ(predict<float>(from_float, {single.data(), n, columns}),
            predict<double>(exact, {features.data(), n, columns}));
}

INSTANTIATE_TEST_SUITE_P(WideTallSquare, RidgeShape,
                         ::testing::Values(std::pair{20, 50}, std::pair{90, 7}, std::pair{30, 30},
                                           std::pair{2, 3}, std::pair{3, 1}, std::pair{70, 130},
                                           std::pair{150, 70}));

TEST(Ridge, SameBitsForEveryNumberOfThreads) {
  Random random(test::kSeed);
  const auto features = test::random_normal<double>(200 * 300, random);
  const auto targets = test::random_normal<double>(200, random);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return fit_ridge<double>({features.data(), 200, 300}, targets).weights;
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

TEST(Ridge, ConstantsAreLearnedByTheIntercept) {
  const std::vector<double> constant_features(6, 4.0);
  const RidgeModel flat = fit_ridge<double>({constant_features.data(), 3, 2}, std::vector<double>{1, 2, 6});
  EXPECT_THAT(flat.weights, ElementsAre(0, 0));
  EXPECT_DOUBLE_EQ(flat.intercept, 3);

  const std::vector<double> features = {0, 1, 2, 5, 3, 1};
  const RidgeModel level = fit_ridge<double>({features.data(), 3, 2}, std::vector<double>(3, 7.0));
  EXPECT_THAT(level.weights, ElementsAre(0, 0));
  EXPECT_DOUBLE_EQ(level.intercept, 7);
}

TEST(Ridge, RejectsBadArguments) {
  const std::vector<double> x = {1, 2, 3};
  const std::vector<double> y = {1, 2, 3};
  const auto fit = [](const std::vector<double>& features, std::vector<double> targets,
                      RidgeOptions options = {}) {
    fit_ridge<double>({features.data(), std::ssize(features), 1}, targets, options);
  };
  EXPECT_THAT(
      [&] {
        fit(x, {1, 2});
      },
      ThrowsMessage<ShapeError>(HasSubstr("targets has 2 entries, expected 3")));
  EXPECT_THAT(
      [&] {
        fit_ridge<double>({x.data(), 3, 0}, y);
      },
      ThrowsMessage<ShapeError>(HasSubstr("no columns")));
  EXPECT_THAT([&] { fit(x, y, {.penalties = {}}); },
              ThrowsMessage<ConfigError>(HasSubstr("penalties is empty")));
  EXPECT_THAT(
      [&] {
        fit(x, y, {.penalties = {1, 0}});
      },
      ThrowsMessage<ConfigError>(HasSubstr("a penalty is 0")));
  EXPECT_THAT([&] { fit({1}, {1}); }, ThrowsMessage<TrainingError>(HasSubstr("1 rows to fit, expected two")));
  EXPECT_THAT([&] { fit(x, {1, 2, std::nan("")}); }, ThrowsMessage<TrainingError>(HasSubstr("row 2")));
  EXPECT_THAT([&] { fit({1, std::nan(""), 3}, y); }, ThrowsMessage<TrainingError>(HasSubstr("row 1")));
  EXPECT_THAT([&] { fit({1, 1e200, 3}, y); }, ThrowsMessage<TrainingError>(HasSubstr("too large")));
  EXPECT_THAT(
      [&] {
        predict<double>(RidgeModel{{1, 2}, 0, 1}, {x.data(), 3, 1});
      },
      ThrowsMessage<ShapeError>(HasSubstr("features has shape [3, 1], expected [3, 2]")));
}

}  // namespace
}  // namespace plstm
