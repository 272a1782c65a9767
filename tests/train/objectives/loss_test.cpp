#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/objectives/loss.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A batch in memory of its own; all labels present unless said otherwise.
template <class T = double>
struct Batch {
  Index rows;
  Index tasks;
  std::vector<T> predictions;
  std::vector<T> targets;
  std::vector<std::uint8_t> present = std::vector<std::uint8_t>(targets.size(), 1);
  std::vector<T> gradient = std::vector<T>(predictions.size(), T{42});

  LossResult run(LossKind kind, double scale = 1) { return run(Objective(kind), scale); }
  LossResult run(const TaskLoss& loss, double scale = 1) {
    return run(Objective(std::vector<TaskLoss>(static_cast<std::size_t>(tasks), loss)), scale);
  }
  LossResult run(const Objective& objective, double scale) {
    const Index outputs = rows == 0 ? tasks : static_cast<Index>(predictions.size()) / rows;
    return loss_and_gradient<T>(objective, {predictions.data(), rows, outputs}, {targets.data(), rows, tasks},
                                {present.data(), rows, tasks}, scale, {gradient.data(), rows, outputs});
  }
};

TEST(Loss, SquaredErrorByHand) {
  Batch<> batch{2, 2, {1, 2, 3, 4}, {1, 4, 6, kNan}, {1, 1, 1, 0}};
  const LossResult result = batch.run(LossKind::kSquaredError, 0.5);
  EXPECT_DOUBLE_EQ(result.sum, 0 + 4 + 9);
  EXPECT_EQ(result.count, 3);
  EXPECT_THAT(batch.gradient, ElementsAre(0, -2, -3, 0));
}

TEST(Loss, AbsoluteErrorByHand) {
  Batch<> batch{2, 2, {1, 2, 3, 4}, {1, 4, -6, kNan}, {1, 1, 1, 0}};
  const LossResult result = batch.run(LossKind::kAbsoluteError, 0.5);
  EXPECT_DOUBLE_EQ(result.sum, 0 + 2 + 9);
  EXPECT_EQ(result.count, 3);
  EXPECT_THAT(batch.gradient, ElementsAre(0, -0.5, 0.5, 0));
}

TEST(Loss, BinaryCrossEntropyByHand) {
  // Logit log 3 is the probability 3/4.
  Batch<> batch{4, 1, {std::log(3.0), std::log(3.0), 0.0, 7.0}, {1, 0, 0.5, kNan}, {1, 1, 1, 0}};
  const LossResult result = batch.run(LossKind::kBinaryCrossEntropy, 2);
  EXPECT_NEAR(result.sum, -std::log(0.75) - std::log(0.25) + std::log(2.0), 1e-15);
  EXPECT_EQ(result.count, 3);
  EXPECT_NEAR(batch.gradient[0], -0.5, 1e-15);
  EXPECT_NEAR(batch.gradient[1], 1.5, 1e-15);
  EXPECT_EQ(batch.gradient[2], 0);
  EXPECT_EQ(batch.gradient[3], 0);
}

TEST(Loss, CrossEntropyByHand) {
  // Two tasks of three classes; probabilities 1/6, 2/6, 3/6 in task 0, even ones in task 1.
  Batch<> batch{
      2, 2, {0, std::log(2.0), std::log(3.0), 5, 5, 5, 0, 0, 0, 1, 2, 3}, {2, 0, kNan, kNan}, {1, 1, 0, 0}};
  const LossResult result = batch.run(LossKind::kCrossEntropy, 6);
  EXPECT_NEAR(result.sum, std::log(2.0) + std::log(3.0), 1e-15);
  EXPECT_EQ(result.count, 2);
  const std::vector<double> expected = {1, 2, -3, -4, 2, 2, 0, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(batch.gradient[i], expected[i], 1e-14) << i;
}

TEST(Loss, HuberIsSquaredNearTheTargetAndStraightBeyond) {
  Batch<> batch{3, 1, {0.5, 3, -9}, {0, 0, 1}};
  EXPECT_DOUBLE_EQ(batch.run(LossKind::kHuber, 0.5).sum, 0.25 + (2 * 3 - 1) + (2 * 10 - 1));
  EXPECT_THAT(batch.gradient, ElementsAre(0.5, 1, -1));
  EXPECT_DOUBLE_EQ(batch.run({LossKind::kHuber, 0, 1, 4.0}).sum, 0.25 + 9 + (2 * 4 * 10 - 16));
  EXPECT_THAT(batch.gradient, ElementsAre(1, 6, -8));
}

TEST(Loss, QuantileWeighsBothSides) {
  Batch<> batch{3, 1, {1, 5, 2}, {3, 3, 2}};
  EXPECT_DOUBLE_EQ(batch.run({LossKind::kQuantile, 0, 1, 0.9}).sum, 0.9 * 2 + 0.1 * 2);
  EXPECT_THAT(batch.gradient, ElementsAre(-0.9, 1 - 0.9, 0));
  EXPECT_DOUBLE_EQ(batch.run(LossKind::kQuantile).sum, 2) << "half the absolute error by default";
}

// What no constant beats is the quantile of the targets.
TEST(Loss, TheQuantileOfTheTargetsIsLeast) {
  std::vector<double> targets;
  for (int i = 0; i < 101; ++i) targets.push_back(i * i);
  const auto loss = [&](double p) {
    Batch<> batch{101, 1, std::vector<double>(101, p), targets};
    return batch.run({LossKind::kQuantile, 0, 1, 0.8}).sum;
  };
  const double at = 80 * 80;
  EXPECT_LT(loss(at), loss(at - 1));
  EXPECT_LT(loss(at), loss(at + 1));
}

TEST(Loss, FocalIsCrossEntropyOfWhatIsHard) {
  // Logit log 3 is the probability 3/4.
  Batch<> batch{2, 1, {std::log(3.0), std::log(3.0)}, {1, 0}};
  EXPECT_NEAR(batch.run(LossKind::kFocal).sum, -std::log(0.75) / 16 - std::log(0.25) * 9 / 16, 1e-15);
  const double focal = batch.run({LossKind::kFocal, 0, 1, 0.0}).sum;
  const std::vector<double> gradient = batch.gradient;
  EXPECT_DOUBLE_EQ(focal, batch.run(LossKind::kBinaryCrossEntropy).sum) << "gamma 0";
  EXPECT_NEAR(gradient[0], batch.gradient[0], 1e-15);
  EXPECT_NEAR(gradient[1], batch.gradient[1], 1e-15);
  // Two classes with the logits 0 and z are one answer with the logit z.
  Batch<> classes{2, 1, {0, std::log(3.0), 0, std::log(3.0)}, {1, 0}};
  EXPECT_NEAR(classes.run({LossKind::kFocal, 2, 1, 1.5}).sum, batch.run({LossKind::kFocal, 0, 1, 1.5}).sum,
              1e-15);
  EXPECT_NEAR(classes.gradient[1], batch.gradient[0], 1e-15);
  EXPECT_NEAR(classes.gradient[3], batch.gradient[1], 1e-15);
}

class LossGradient : public ::testing::TestWithParam<LossKind> {};

TEST_P(LossGradient, MatchesDifferences) {
  const LossKind kind = GetParam();
  const bool classes = kind == LossKind::kCrossEntropy;
  const bool is_probability = kind == LossKind::kBinaryCrossEntropy || kind == LossKind::kFocal;
  Random random(test::kSeed);
  Batch<> batch{9, 3, test::random_normal<double>(9 * 3 * (classes ? 4 : 1), random, 3.0),
                std::vector<double>(27)};
  for (std::size_t i = 0; i < 27; ++i) {
    batch.targets[i] = classes          ? static_cast<double>(random.below(4))
                       : is_probability ? random.uniform()
                                        : random.normal();
    batch.present[i] = random.uniform() < 0.7 ? 1 : 0;
  }
  constexpr double kScale = 0.37;
  constexpr double kStep = 1e-5;
  batch.run(kind, kScale);
  const std::vector<double> analytic = batch.gradient;
  for (std::size_t i = 0; i < batch.predictions.size(); ++i) {
    const double at = batch.predictions[i];
    batch.predictions[i] = at + kStep;
    const double above = batch.run(kind).sum;
    batch.predictions[i] = at - kStep;
    const double below = batch.run(kind).sum;
    batch.predictions[i] = at;
    EXPECT_NEAR(analytic[i], kScale * (above - below) / (2 * kStep), 1e-8) << "prediction " << i;
  }
}

TEST_P(LossGradient, ShardsAddUpToTheBatch) {
  const LossKind kind = GetParam();
  Random random(test::kSeed);
  Batch<> batch{6,
                1,
                test::random_normal<double>(kind == LossKind::kCrossEntropy ? 12 : 6, random),
                {1, 0, 1, 1, 0, 0},
                {1, 1, 0, 1, 1, 1}};
  const LossResult whole = batch.run(kind, 1.0 / 5);
  const auto half = std::ssize(batch.predictions) / 2;
  Batch<> first{3, 1, {batch.predictions.begin(), batch.predictions.begin() + half}, {1, 0, 1}, {1, 1, 0}};
  Batch<> second{3, 1, {batch.predictions.begin() + half, batch.predictions.end()}, {1, 0, 0}, {1, 1, 1}};
  const LossResult a = first.run(kind, 1.0 / 5);
  const LossResult b = second.run(kind, 1.0 / 5);
  EXPECT_EQ(a.count + b.count, whole.count);
  EXPECT_NEAR(a.sum + b.sum, whole.sum, 1e-14);
  first.gradient.insert(first.gradient.end(), second.gradient.begin(), second.gradient.end());
  EXPECT_EQ(first.gradient, batch.gradient);
}

TEST_P(LossGradient, EmptyBatchAndNothingPresent) {
  Batch<> empty{0, 1, {}, {}};
  EXPECT_EQ(empty.run(GetParam()).count, 0);
  Batch<> missing{1, 1, {3}, {kNan}, {0}};
  const LossResult result = missing.run(GetParam());
  EXPECT_EQ(result.count, 0);
  EXPECT_EQ(result.sum, 0);
  EXPECT_THAT(missing.gradient, ElementsAre(0));
}

TEST_P(LossGradient, APredictionThatIsNaNShowsInTheSum) {
  Batch<> batch{2, 1, {kNan, 1.0}, {0, 0}};
  EXPECT_TRUE(std::isnan(batch.run(GetParam()).sum));
  Batch<> second{1, 1, {1.0, kNan}, {0}};
  if (GetParam() == LossKind::kCrossEntropy) {
    EXPECT_TRUE(std::isnan(second.run(GetParam()).sum));
  }
}

TEST_P(LossGradient, FloatAgreesWithDouble) {
  Batch<float> single{2, 1, {0.25F, -3.5F}, {0, 1}};
  Batch<double> exact{2, 1, {0.25, -3.5}, {0, 1}};
  if (GetParam() == LossKind::kCrossEntropy) {
    single = {1, 1, {0.25F, -3.5F}, {1}};
    exact = {1, 1, {0.25, -3.5}, {1}};
  }
  EXPECT_EQ(single.run(GetParam()).sum, exact.run(GetParam()).sum);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(single.gradient[i], static_cast<float>(exact.gradient[i]));
}

TEST_P(LossGradient, NameRoundTrip) {
  EXPECT_EQ(parse_loss(name(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Kinds, LossGradient,
                         ::testing::Values(LossKind::kSquaredError, LossKind::kAbsoluteError,
                                           LossKind::kHuber, LossKind::kQuantile,
                                           LossKind::kBinaryCrossEntropy, LossKind::kCrossEntropy,
                                           LossKind::kFocal),
                         [](const auto& info) { return std::string(name(info.param)); });

// The gradient of every parameter and of focal loss of several classes, by differences.
TEST(Loss, GradientsOfParametersMatchDifferences) {
  const std::vector<TaskLoss> losses{{LossKind::kHuber, 0, 2.0, 0.3},
                                     {LossKind::kQuantile, 0, 1.0, 0.85},
                                     {LossKind::kFocal, 0, 0.5, 3.0},
                                     {LossKind::kFocal, 0, 1.0, 0.5, {0.25, 4.0}},
                                     {LossKind::kFocal, 3, 1.0, 2.0, {1.0, 0.5, 3.0}},
                                     {LossKind::kFocal, 4, 1.0, 0.4},
                                     {LossKind::kCrossEntropy, 2, 1.0, {}, {5.0, 0.1}},
                                     {LossKind::kBinaryCrossEntropy, 0, 1.0, {}, {2.0, 0.5}}};
  Random random(test::kSeed);
  for (const TaskLoss& loss : losses) {
    const Index columns = std::max<Index>(loss.classes, 1);
    Batch<> batch{12, 1, test::random_normal<double>(12 * static_cast<std::size_t>(columns), random, 3.0),
                  std::vector<double>(12)};
    for (double& target : batch.targets) {
      target = loss.classes > 0 ? static_cast<double>(random.below(static_cast<std::uint32_t>(loss.classes)))
                                : random.uniform();
    }
    constexpr double kStep = 1e-5;
    batch.run(loss, 0.5);
    const std::vector<double> analytic = batch.gradient;
    for (std::size_t i = 0; i < batch.predictions.size(); ++i) {
      const double at = batch.predictions[i];
      batch.predictions[i] = at + kStep;
      const double above = batch.run(loss).sum;
      batch.predictions[i] = at - kStep;
      const double below = batch.run(loss).sum;
      batch.predictions[i] = at;
      EXPECT_NEAR(analytic[i], 0.5 * (above - below) / (2 * kStep), 1e-8)
          << name(loss.kind) << " prediction " << i;
    }
  }
}

TEST(Loss, ClassesCountAsTheirWeightsSay) {
  Batch<> batch{3, 1, {0.3, -2.0, 1.0}, {1, 0, 0.5}};
  const TaskLoss loss{LossKind::kBinaryCrossEntropy, 0, 2.0, {}, {0.5, 3.0}};
  const LossResult weighted = batch.run(loss);
  EXPECT_DOUBLE_EQ(weighted.weight, 2 * (3.0 + 0.5 + 1.75));
  double expected = 0;
  for (const std::size_t i : {0, 1, 2}) {
    Batch<> alone{1, 1, {batch.predictions[i]}, {batch.targets[i]}};
    expected += label_weight(loss, batch.targets[i]) * alone.run(LossKind::kBinaryCrossEntropy).sum;
  }
  EXPECT_DOUBLE_EQ(weighted.sum, expected);
  EXPECT_EQ(label_weight(loss, -1), 2) << "no label";
  EXPECT_EQ(label_weight(loss, kNan), 2);
}

TEST(Loss, RejectsParametersThatALossCannotHave) {
  const auto check = [](LossKind kind, double parameter) { check_loss({kind, 0, 1, parameter}); };
  for (const LossKind kind : {LossKind::kHuber, LossKind::kQuantile}) {
    EXPECT_THROW(check(kind, 0), ConfigError);
    EXPECT_NO_THROW(check(kind, 0.5));
    EXPECT_NO_THROW(check_loss({kind, 0, 1, default_parameter(kind)}));
  }
  EXPECT_THROW(check(LossKind::kQuantile, 1), ConfigError);
  EXPECT_NO_THROW(check(LossKind::kHuber, 1));
  EXPECT_THROW(check(LossKind::kHuber, kInfinity), ConfigError);
  EXPECT_NO_THROW(check(LossKind::kFocal, 0));
  EXPECT_THROW(check(LossKind::kFocal, -1), ConfigError);
  EXPECT_THAT([&] { check(LossKind::kSquaredError, 1); },
              ThrowsMessage<ConfigError>("the loss squared_error has no parameter"));
  EXPECT_THROW(check_loss({LossKind::kCrossEntropy, 3, 1, {}, {1, 1}}), ConfigError);
  EXPECT_THROW(check_loss({LossKind::kBinaryCrossEntropy, 0, 1, {}, {1, -1}}), ConfigError);
  EXPECT_THROW(check_loss({LossKind::kSquaredError, 0, 1, {}, {1, 1}}), ConfigError);
  Batch<> batch{1, 1, {1}, {1}};
  EXPECT_THROW(batch.run({LossKind::kQuantile, 0, 1, 2.0}), ConfigError);
}

TEST(Loss, ExtremePredictionsStayFiniteInEveryLoss) {
  for (const double p : {1e300, -1e300, 800.0, -800.0, 40.0, -40.0, 0.0}) {
    for (const double y : {0.0, 1.0}) {
      for (const double gamma : {0.0, 0.5, 1.0, 2.0, 5.0}) {
        Batch<> focal{1, 1, {p}, {y}};
        EXPECT_TRUE(std::isfinite(focal.run({LossKind::kFocal, 0, 1, gamma}).sum)) << p << " " << gamma;
        EXPECT_TRUE(std::isfinite(focal.gradient[0])) << p << " " << gamma;
        Batch<> classes{1, 1, {p, 0.5, -p}, {y}};
        EXPECT_TRUE(std::isfinite(classes.run({LossKind::kFocal, 3, 1, gamma}).sum)) << p << " " << gamma;
        for (const double slope : classes.gradient) EXPECT_TRUE(std::isfinite(slope)) << p << " " << gamma;
      }
      for (const LossKind kind : {LossKind::kHuber, LossKind::kQuantile}) {
        Batch<> batch{1, 1, {p}, {y}};
        EXPECT_TRUE(std::isfinite(batch.run(kind).sum) && std::isfinite(batch.gradient[0])) << p;
      }
    }
  }
  Batch<> wrong{1, 1, {-1e5}, {1}};
  EXPECT_DOUBLE_EQ(wrong.run(LossKind::kFocal).sum, 1e5);
  EXPECT_THAT(wrong.gradient, ElementsAre(-1));
}

TEST(Loss, ExtremeLogitsStayExact) {
  Batch<> binary{4, 1, {1e300, -1e300, 800, -800}, {1, 1, 0, 1}};
  EXPECT_DOUBLE_EQ(binary.run(LossKind::kBinaryCrossEntropy).sum, 1e300 + 1600);
  EXPECT_THAT(binary.gradient, ElementsAre(0, -1, 1, -1));
  Batch<> small{1, 1, {50}, {1}};
  EXPECT_NEAR(small.run(LossKind::kBinaryCrossEntropy).sum / std::exp(-50.0), 1, 1e-12) << "log1p keeps it";

  Batch<> many{3, 1, {1e300, 0, -1e300, 1000, 999, -kInfinity, -1e5, -1e5, -2e5}, {0, 1, 0}};
  EXPECT_DOUBLE_EQ(many.run(LossKind::kCrossEntropy).sum, 1 + std::log1p(std::exp(-1.0)) + std::log(2.0));
  EXPECT_THAT(std::vector<double>(many.gradient.begin(), many.gradient.begin() + 3), ElementsAre(0, 0, 0));
  EXPECT_EQ(many.gradient[5], 0);
  EXPECT_DOUBLE_EQ(many.gradient[6], -0.5);
}

TEST(Loss, RejectsTargetsThatAreNoLabels) {
  const auto run = [](LossKind kind, double target, std::uint8_t present) {
    Batch<> batch{1, 1, {1, 2, 3}, {target}, {present}};
    if (kind != LossKind::kCrossEntropy) batch.predictions = batch.gradient = {1};
    batch.run(kind);
  };
  EXPECT_THAT([&] { run(LossKind::kCrossEntropy, 3, 1); },
              ThrowsMessage<TrainingError>("loss_and_gradient: target [0, 0] is 3, expected a class 0..2"));
  EXPECT_THROW(run(LossKind::kCrossEntropy, -1, 1), TrainingError);
  EXPECT_THROW(run(LossKind::kCrossEntropy, 0.5, 1), TrainingError);
  EXPECT_THROW(run(LossKind::kCrossEntropy, 1e300, 1), TrainingError);
  EXPECT_THROW(run(LossKind::kBinaryCrossEntropy, 1.5, 1), TrainingError);
  EXPECT_THROW(run(LossKind::kSquaredError, kInfinity, 1), TrainingError);
  Batch<> focal{1, 1, {1}, {1.5}};
  EXPECT_THROW(focal.run(LossKind::kFocal), TrainingError);
  for (const LossKind kind : {LossKind::kSquaredError, LossKind::kAbsoluteError, LossKind::kHuber,
                              LossKind::kQuantile, LossKind::kBinaryCrossEntropy, LossKind::kCrossEntropy}) {
    EXPECT_THROW(run(kind, kNan, 1), TrainingError) << name(kind);
    EXPECT_NO_THROW(run(kind, kNan, 0)) << name(kind);
  }
}

TEST(Loss, RejectsShapesThatDoNotFit) {
  Batch<> batch{2, 2, {1, 2, 3, 4, 5, 6}, {0, 0, 0, 0}};
  EXPECT_THAT([&] { batch.run(LossKind::kSquaredError); },
              ThrowsMessage<ShapeError>(HasSubstr("predictions has shape [2, 3], expected [2, 2]")));
  EXPECT_THAT([&] { batch.run(LossKind::kCrossEntropy); },
              ThrowsMessage<ShapeError>(HasSubstr("3 outputs cannot be shared among 2 tasks")));
  std::vector<double> data(6);
  std::vector<std::uint8_t> mask(6, 1);
  EXPECT_THAT(
      [&] {
        loss_and_gradient<double>(LossKind::kSquaredError, {data.data(), 3, 1}, {data.data(), 3, 1},
                                  {mask.data(), 2, 1}, 1, {data.data(), 3, 1});
      },
      ThrowsMessage<ShapeError>(HasSubstr("present has shape [2, 1], expected [3, 1]")));
  EXPECT_THAT(
      [&] {
        loss_and_gradient<double>(LossKind::kSquaredError, {data.data(), 3, 1}, {data.data(), 3, 1},
                                  {mask.data(), 3, 1}, 1, {data.data(), 3, 2});
      },
      ThrowsMessage<ShapeError>(HasSubstr("gradient has shape [3, 2], expected [3, 1]")));
}

// Regression, yes or no, and three classes: what each gives alone, times its weight and that of the row.
TEST(Loss, TasksOfDifferentKindsAndWeights) {
  const Objective objective({{LossKind::kSquaredError, 0, 2.0},
                             {LossKind::kCrossEntropy, 3, 1.0},
                             {LossKind::kBinaryCrossEntropy, 0, 0.5}});
  const Matrix<double> p{{1.5, 0.1, -0.2, 0.3, 2.0}, {-1.0, 1.0, 0.0, -1.0, -0.5}};
  const Matrix<double> y{{1.0, 2.0, 1.0}, {0.5, 0.0, 0.0}};
  const Matrix<std::uint8_t> present{{1, 1, 1}, {1, 0, 1}};
  const std::vector<float> weights{1.0f, 3.0f};
  const double scale = 0.25;
  Matrix<double> gradient(2, 5);
  const LossResult result =
      loss_and_gradient<double>(objective, {p.data(), 2, 5}, {y.data(), 2, 3}, {present.data(), 2, 3}, scale,
                                {gradient.data(), 2, 5}, weights);
  EXPECT_EQ(result.count, 5);
  EXPECT_DOUBLE_EQ(result.weight, (2.0 + 1.0 + 0.5) + 3 * (2.0 + 0.5));

  double expected = 0;
  Matrix<double> expected_gradient = Matrix<double>::Zero(2, 5);
  const Index first[] = {0, 1, 4}, columns[] = {1, 3, 1};
  for (Index row = 0; row < 2; ++row) {
    for (Index task = 0; task < 3; ++task) {
      const TaskLoss& loss = objective.tasks[static_cast<std::size_t>(task)];
      const Matrix<double> alone = p.block(row, first[task], 1, columns[task]);
      Matrix<double> slope(1, columns[task]);
      const double weight = loss.weight * static_cast<double>(weights[static_cast<std::size_t>(row)]);
      expected += weight * loss_and_gradient<double>(loss.kind, {alone.data(), 1, columns[task]},
                                                     {&y(row, task), 1, 1}, {&present(row, task), 1, 1},
                                                     scale * weight, {slope.data(), 1, columns[task]})
                               .sum;
      expected_gradient.block(row, first[task], 1, columns[task]) = slope;
    }
  }
  EXPECT_DOUBLE_EQ(result.sum, expected);
  EXPECT_TRUE(gradient.isApprox(expected_gradient, 1e-14));

  const Matrix<double> narrow = p.leftCols(4);
  EXPECT_THROW(loss_and_gradient<double>(objective, {narrow.data(), 2, 4}, {y.data(), 2, 3},
                                         {present.data(), 2, 3}, 1, {gradient.data(), 2, 4}),
               ShapeError);
}

// Measured are: at least 2, at most 2, and 2.
TEST(Loss, ABoundCostsOnItsWrongSideOnly) {
  const std::vector<std::int8_t> bounds{1, 1, 1, -1, -1, -1, 0, 0};
  for (const TaskLoss& loss : std::vector<TaskLoss>{{LossKind::kSquaredError},
                                                    {LossKind::kAbsoluteError},
                                                    {LossKind::kHuber, 0, 1, 0.5},
                                                    {LossKind::kQuantile, 0, 1, 0.8}}) {
    Batch<> exact{8, 1, {1, 2, 3, 1, 2, 3, 1, 3}, std::vector<double>(8, 2)};
    Batch<> batch = exact;
    exact.run(loss);
    const LossResult result = loss_and_gradient<double>(
        Objective({loss}), {batch.predictions.data(), 8, 1}, {batch.targets.data(), 8, 1},
        {batch.present.data(), 8, 1}, 1, {batch.gradient.data(), 8, 1}, {}, bounds);
    EXPECT_EQ(result.count, 8);
    EXPECT_EQ(result.weight, 8) << "a bound that is kept is a label";
    double expected = 0;
    for (const std::size_t i : {0, 5, 6, 7}) {
      Batch<> alone{1, 1, {exact.predictions[i]}, {2}};
      expected += alone.run(loss).sum;
      EXPECT_EQ(batch.gradient[i], exact.gradient[i]) << i;
      EXPECT_NE(batch.gradient[i], 0) << i;
    }
    for (const std::size_t i : {1, 2, 3, 4}) EXPECT_EQ(batch.gradient[i], 0) << i;
    EXPECT_DOUBLE_EQ(result.sum, expected);
  }
}

TEST(Loss, ABoundIsNoLabelAndNaNShows) {
  Batch<> batch{1, 1, {kNan}, {1}};
  const std::vector<std::int8_t> bound{1}, two{1, 0};
  const auto run = [&](LossKind kind, std::span<const std::int8_t> bounds) {
    return loss_and_gradient<double>(kind, {batch.predictions.data(), 1, 1}, {batch.targets.data(), 1, 1},
                                     {batch.present.data(), 1, 1}, 1, {batch.gradient.data(), 1, 1}, {},
                                     bounds);
  };
  EXPECT_TRUE(std::isnan(run(LossKind::kSquaredError, bound).sum));
  EXPECT_THAT([&] { run(LossKind::kBinaryCrossEntropy, bound); },
              ThrowsMessage<TrainingError>(HasSubstr("expected no bound of a label")));
  EXPECT_THROW(run(LossKind::kSquaredError, two), ShapeError);
}

TEST(Loss, UnknownNameListsTheKnownOnes) {
  EXPECT_THAT([] { parse_loss("hinge"); },
              ThrowsMessage<ConfigError>(
                  "unknown loss 'hinge', expected one of squared_error, absolute_error, huber, "
                  "quantile, binary_cross_entropy, cross_entropy, focal"));
}

}  // namespace
}  // namespace plstm
