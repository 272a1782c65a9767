#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/loop/gradient_clip.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(GradientClip, ScalesALongGradientOnly) {
  std::vector<double> gradient = {3, 0, -4};
  EXPECT_DOUBLE_EQ(clip_gradient_norm<double>(gradient, 10), 5);
  EXPECT_THAT(gradient, ElementsAre(3, 0, -4));
  EXPECT_DOUBLE_EQ(clip_gradient_norm<double>(gradient, kInfinity), 5);
  EXPECT_THAT(gradient, ElementsAre(3, 0, -4));
  EXPECT_DOUBLE_EQ(clip_gradient_norm<double>(gradient, 2.5), 5);
  EXPECT_THAT(gradient, ElementsAre(1.5, 0, -2));
}

TEST(GradientClip, EmptyAndZeroGradients) {
  EXPECT_EQ(clip_gradient_norm<float>({}, 1), 0);
  std::vector<float> zeros(9);
  EXPECT_EQ(clip_gradient_norm<float>(zeros, 1), 0);
  EXPECT_EQ(zeros, std::vector<float>(9));
}

TEST(GradientClip, CountsEveryEntryOnce) {
  // Sizes around the lanes and chunks of the sum.
  for (const std::size_t size : {1u, 7u, 8u, 9u, 16383u, 16384u, 16385u, 50'001u}) {
    const std::vector<float> ones(size, 1.0F);
    EXPECT_DOUBLE_EQ(gradient_norm<float>(ones), std::sqrt(static_cast<double>(size))) << size;
  }
}

TEST(GradientClip, FloatSquaresDoNotOverflow) {
  std::vector<float> gradient(4, 1e30F);
  EXPECT_NEAR(clip_gradient_norm<float>(gradient, 1), 2e30, 1e24);
  EXPECT_NEAR(gradient[0], 0.5, 1e-6);
}

TEST(GradientClip, ReportsWhatIsNotFiniteAndLeavesTheGradient) {
  std::vector<float> gradient(20'000, 2.0F);
  gradient[17'000] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(clip_gradient_norm<float>(gradient, 1)));
  EXPECT_EQ(gradient[0], 2.0F);
  gradient[17'000] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(clip_gradient_norm<float>(gradient, 1), kInfinity);
  EXPECT_EQ(gradient[0], 2.0F);
}

TEST(GradientClip, SameBitsForEveryNumberOfThreads) {
  const auto run = [](int threads) {
    const ThreadLimit limit(threads);
    Random random(test::kSeed);
    auto gradient = test::random_normal<float>(200'003, random);
    gradient.push_back(static_cast<float>(clip_gradient_norm<float>(gradient, 1)));
    return gradient;
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

TEST(GradientClip, RejectsABadLimit) {
  EXPECT_THAT([] { clip_gradient_norm<float>({}, 0); },
              ThrowsMessage<ConfigError>(HasSubstr("max_norm is 0, expected more than 0")));
  EXPECT_THROW(clip_gradient_norm<float>({}, std::nan("")), ConfigError);
}

}  // namespace
}  // namespace plstm
