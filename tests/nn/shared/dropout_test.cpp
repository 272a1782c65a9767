#include <cstdint>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/dropout.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto drop(double probability) {
  return [=](auto& tape, const auto& x) { return dropout(tape, x[0], probability); };
}

LayerInputs training(Matrix<double> x, std::uint64_t seed) {
  return {{}, {}, {std::move(x)}, true, seed};
}

TEST(Dropout, ZeroesOrScalesEveryEntryWithTheRightMean) {
  const Matrix<double> ones = Matrix<double>::Ones(200, 100);
  const Matrix<double> y = evaluate<double>(training(ones, kSeed), drop(0.2));
  EXPECT_TRUE(((y.array() == 0) || (y.array() == 1.25)).all());
  // The standard deviation of the mean of n entries is sqrt(p / (1 - p) / n).
  EXPECT_NEAR(y.mean(), 1, 4 * std::sqrt(0.25 / 20000));
}

TEST(Dropout, IsNamedByTheSeed) {
  Random random(kSeed);
  const Matrix<double> x = random_matrix(8, 8, random);
  const Matrix<double> y = evaluate<double>(training(x, 1), drop(0.5));
  EXPECT_EQ(y, evaluate<double>(training(x, 1), drop(0.5)));
  EXPECT_NE(y, evaluate<double>(training(x, 2), drop(0.5)));
}

TEST(Dropout, IsOffWithoutTrainingAndAtZero) {
  Random random(kSeed);
  const Matrix<double> x = random_matrix(8, 8, random);
  EXPECT_EQ(evaluate<double>({{}, {}, {x}}, drop(0.5)), x);
  EXPECT_EQ(evaluate<double>(training(x, 1), drop(0)), x);
}

TEST(Dropout, TwoInARowDiffer) {
  const Matrix<double> ones = Matrix<double>::Ones(10, 10);
  const auto difference = [](auto& tape, const auto& x) {
    const auto first = dropout(tape, x[0], 0.5);
    const auto second = dropout(tape, x[0], 0.5);
    EXPECT_FALSE(first.matrix() == second.matrix());
    return second;
  };
  evaluate<double>(training(ones, 1), difference);
}

TEST(DropPath, GrowsEvenlyToTheLastBlock) {
  EXPECT_EQ(drop_path_of_block(0.3, 0, 4), 0);
  EXPECT_DOUBLE_EQ(drop_path_of_block(0.3, 1, 4), 0.1);
  EXPECT_EQ(drop_path_of_block(0.3, 3, 4), 0.3);
  EXPECT_EQ(drop_path_of_block(0.3, 0, 1), 0.3);
}

TEST(Dropout, GradientsMatch) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match(training(random_matrix(5, 6, random), 1), drop(0.4)));
  EXPECT_TRUE(gradients_match(training(Matrix<double>(0, 6), 1), drop(0.4)));
}

// 300 samples of 0, 1 or 2 rows.
TEST(Dropout, DropPathKeepsOrDropsWholeSamples) {
  std::vector<std::int32_t> offsets{0};
  for (int g = 0; g < 300; ++g) offsets.push_back(offsets.back() + g % 3);
  const auto function = [&](auto& tape, const auto& x) {
    return drop_path(tape, x[0], offsets.data(), 300, 0.25);
  };
  Random random(kSeed);
  const Matrix<double> x = random_matrix(offsets.back(), 3, random);
  const Matrix<double> y = evaluate<double>(training(x, 1), function);
  int kept = 0, samples = 0;
  for (std::size_t g = 0; g < 300; ++g) {
    const auto first = offsets[g], count = offsets[g + 1] - first;
    if (count == 0) continue;
    const Matrix<double> rows = y.middleRows(first, count);
    const bool dropped = rows.isZero(0);
    EXPECT_TRUE(dropped || rows.isApprox(x.middleRows(first, count) / 0.75, 1e-15)) << g;
    kept += dropped ? 0 : 1;
    ++samples;
  }
  EXPECT_NEAR(kept / static_cast<double>(samples), 0.75, 4 * std::sqrt(0.25 * 0.75 / samples));
  EXPECT_EQ(evaluate<double>(training(x, 1), function), y);
  EXPECT_NE(evaluate<double>(training(x, 2), function), y);
  EXPECT_EQ(evaluate<double>({{}, {}, {x}}, function), x);
}

TEST(Dropout, DropPathGradientsMatch) {
  const std::vector<std::int32_t> offsets{0, 2, 2, 3, 6, 7};
  const auto function = [&](auto& tape, const auto& x) {
    return drop_path(tape, x[0], offsets.data(), 5, 0.5);
  };
  Random random(kSeed);
  EXPECT_TRUE(gradients_match(training(random_matrix(7, 3, random), 1), function));
}

TEST(Dropout, ComplainsAboutProbabilitiesAndRows) {
  const LayerInputs inputs = training(Matrix<double>::Zero(2, 2), 1);
  EXPECT_THAT([&] { evaluate<double>(inputs, drop(1)); },
              ThrowsMessage<ConfigError>("dropout: probability is 1, expected 0 <= probability < 1"));
  EXPECT_THROW(evaluate<double>(inputs, drop(-0.1)), ConfigError);
  EXPECT_THROW(evaluate<double>(inputs, drop(std::nan(""))), ConfigError);
  const std::vector<std::int32_t> offsets{0, 1};
  const auto path = [&](double probability) {
    return [&offsets, probability](auto& tape, const auto& x) {
      return drop_path(tape, x[0], offsets.data(), 1, probability);
    };
  };
  EXPECT_THAT([&] { evaluate<double>(inputs, path(2)); },
              ThrowsMessage<ConfigError>("drop_path: probability is 2, expected 0 <= probability < 1"));
  EXPECT_THAT([&] { evaluate<double>(inputs, path(0.5)); },
              ThrowsMessage<ShapeError>("drop_path: x has shape [2, 2], expected [1, 2]"));
}

}  // namespace
}  // namespace plstm::test
