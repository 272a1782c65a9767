#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/loop/adamw.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(AdamW, FirstStepsByHand) {
  // Step 1: m' = g and v' = g^2, so p moves by r g / (|g| + epsilon), after the decay of entry 0.
  std::vector<double> p = {2.0, 2.0};
  AdamW<double> optimizer(2, {.beta1 = 0.5, .beta2 = 0.75, .epsilon = 1.0, .weight_decay = 0.1});
  const std::vector<DecayRange> decay = {{0, 1}};
  optimizer.step(p, std::vector<double>{3.0, -1.0}, decay, 0.5);
  EXPECT_DOUBLE_EQ(p[0], 2.0 * 0.95 - 0.5 * 3.0 / (3.0 + 1.0));
  EXPECT_DOUBLE_EQ(p[1], 2.0 + 0.5 * 1.0 / (1.0 + 1.0));
  // Step 2 of entry 1, gradient 0: m = -0.25, v = 0.1875; corrections 0.75 and 0.4375.
  const double before = p[1];
  optimizer.step(p, std::vector<double>{0.0, 0.0}, decay, 0.5);
  EXPECT_DOUBLE_EQ(p[1], before + 0.5 * (0.25 / 0.75) / (std::sqrt(0.1875 / 0.4375) + 1.0));
  EXPECT_EQ(optimizer.state().num_steps, 2);
  EXPECT_DOUBLE_EQ(optimizer.state().first_moment[1], -0.25);
  EXPECT_DOUBLE_EQ(optimizer.state().second_moment[1], 0.1875);
}

// A part at half the rate moves half as far, a part at rate 0 neither moves nor decays, and the rest is as without them.
// The ranges lie across the pieces that threads work on.
TEST(AdamW, PartsHaveRatesOfTheirOwn) {
  constexpr std::size_t kSize = 40'000;
  Random random(test::kSeed);
  const std::vector<double> start = test::random_normal<double>(kSize, random),
                            gradient = test::random_normal<double>(kSize, random);
  const std::vector<DecayRange> decay = {{0, 30'000}};
  const std::vector<RateRange> rates = {{100, 20'000, 0.5}, {20'100, 15'000, 0}};
  std::vector<double> plain = start, mixed = start, half = start;
  AdamW<double> first(kSize), second(kSize), third(kSize);
  for (int step = 0; step < 3; ++step) {
    first.step(plain, gradient, decay, 0.1);
    second.step(mixed, gradient, decay, 0.1, rates);
    third.step(half, gradient, decay, 0.05);
  }
  for (std::size_t i = 0; i < kSize; ++i) {
    const double expected = i < 100 || i >= 35'100 ? plain[i] : i < 20'100 ? half[i] : start[i];
    ASSERT_NEAR(mixed[i], expected, 1e-12) << i;
  }
}

TEST(AdamW, RefusesRatesThatMakeNoSense) {
  std::vector<float> p(4), g(4);
  AdamW<float> optimizer(4);
  const auto step = [&](const RateRange& range) {
    optimizer.step(p, g, {}, 0.1, std::vector<RateRange>{range});
  };
  EXPECT_THROW(step({2, 3, 1}), ShapeError);
  EXPECT_THROW(step({0, 1, -1}), ConfigError);
  EXPECT_THROW(step({0, 1, std::numeric_limits<double>::infinity()}), ConfigError);
}

/// The formula of the header, one parameter at a time.
template <class T>
struct PlainAdamW {
  std::vector<T> m, v;
  int t = 0;

  void step(std::vector<T>& p, const std::vector<T>& g, const std::vector<bool>& decays, double rate) {
    ++t;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (decays[i]) p[i] = static_cast<T>((1 - rate * 0.01) * p[i]);
      m[i] = static_cast<T>(0.9 * m[i] + 0.1 * g[i]);
      v[i] = static_cast<T>(0.999 * v[i] + 0.001 * g[i] * g[i]);
      const double m_hat = m[i] / (1 - std::pow(0.9, t));
      const double v_hat = v[i] / (1 - std::pow(0.999, t));
      p[i] = static_cast<T>(p[i] - rate * m_hat / (std::sqrt(v_hat) + 1e-8));
    }
  }
};

template <class T>
class AdamWOf : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(AdamWOf, Scalars);

TYPED_TEST(AdamWOf, AgreesWithAPlainLoopAcrossChunks) {
  constexpr std::size_t kSize = 50'000;
  Random random(test::kSeed);
  std::vector<TypeParam> p = test::random_normal<TypeParam>(kSize, random);
  std::vector<TypeParam> expected = p;
  AdamW<TypeParam> optimizer(kSize);
  PlainAdamW<TypeParam> plain{std::vector<TypeParam>(kSize), std::vector<TypeParam>(kSize)};
  // One inside a chunk, one over several chunks, an empty one, one touching its neighbour.
  const std::vector<DecayRange> ranges = {{3, 5}, {8, 1}, {100, 40'000}, {45'000, 0}, {49'999, 1}};
  std::vector<bool> decays(kSize);
  for (const DecayRange& r : ranges) std::fill_n(decays.begin() + static_cast<long>(r.offset), r.size, true);
  for (int step = 0; step < 5; ++step) {
    const auto g = test::random_normal<TypeParam>(kSize, random, 0.1);
    optimizer.step(p, g, ranges, 0.01 * (step + 1));
    plain.step(expected, g, decays, 0.01 * (step + 1));
  }
  const double tolerance = 100 * std::numeric_limits<TypeParam>::epsilon();
  for (std::size_t i = 0; i < kSize; ++i) ASSERT_NEAR(p[i], expected[i], tolerance) << "parameter " << i;
}

TYPED_TEST(AdamWOf, SameBitsForEveryNumberOfThreads) {
  constexpr std::size_t kSize = 100'003;
  const auto run = [](int threads) {
    const ThreadLimit limit(threads);
    Random random(test::kSeed);
    auto p = test::random_normal<TypeParam>(kSize, random);
    AdamW<TypeParam> optimizer(kSize);
    const std::vector<DecayRange> ranges = {{10, 70'000}};
    for (int i = 0; i < 3; ++i) {
      optimizer.step(p, test::random_normal<TypeParam>(kSize, random), ranges, 0.1);
    }
    return p;
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

TEST(AdamW, GoesOnFromItsState) {
  Random random(test::kSeed);
  auto p = test::random_normal<float>(100, random);
  AdamW<float> optimizer(100);
  optimizer.step(p, test::random_normal<float>(100, random), {}, 0.1);
  AdamW<float> copy(optimizer.state());
  auto q = p;
  const auto g = test::random_normal<float>(100, random);
  optimizer.step(p, g, {}, 0.1);
  copy.step(q, g, {}, 0.1);
  EXPECT_EQ(p, q);
  EXPECT_EQ(copy.state().num_steps, 2);
}

TEST(AdamW, NoParametersNoEffect) {
  AdamW<float> optimizer(0);
  optimizer.step({}, {}, {}, 0.1);
  EXPECT_EQ(optimizer.state().num_steps, 1);
}

TEST(AdamW, RejectsBadArguments) {
  EXPECT_THAT([] { AdamW<float>(1, {.beta1 = 1.0}); },
              ThrowsMessage<ConfigError>("AdamW: beta is 1, expected [0, 1)"));
  EXPECT_THAT([] { AdamW<float>(1, {.beta2 = std::nan("")}); },
              ThrowsMessage<ConfigError>(HasSubstr("beta is nan")));
  EXPECT_THAT([] { AdamW<float>(1, {.epsilon = 0.0}); },
              ThrowsMessage<ConfigError>(HasSubstr("epsilon is 0")));
  EXPECT_THAT([] { AdamW<float>(1, {.weight_decay = -1.0}); },
              ThrowsMessage<ConfigError>(HasSubstr("weight_decay is -1")));
  EXPECT_THAT(
      [] {
        AdamW<float>(AdamWState<float>{{1, 2}, {1}, 0});
      },
      ThrowsMessage<ShapeError>(HasSubstr("state.second_moment has 1 entries, expected 2")));
  EXPECT_THAT(
      [] {
        AdamW<float>(AdamWState<float>{{1}, {1}, -1});
      },
      ThrowsMessage<ConfigError>(HasSubstr("num_steps is -1")));

  AdamW<float> optimizer(4);
  std::vector<float> p(4);
  const std::vector<float> g(4);
  const auto step = [&](std::vector<DecayRange> ranges, double rate) { optimizer.step(p, g, ranges, rate); };
  EXPECT_THAT([&] { optimizer.step(std::span<float>(p).first(3), g, {}, 0.1); },
              ThrowsMessage<ShapeError>(HasSubstr("parameters has 3 entries, expected 4")));
  EXPECT_THAT([&] { optimizer.step(p, std::span<const float>(g).first(3), {}, 0.1); },
              ThrowsMessage<ShapeError>(HasSubstr("gradients has 3 entries, expected 4")));
  EXPECT_THAT(
      [&] {
        step({{0, 2}, {1, 1}}, 0.1);
      },
      ThrowsMessage<ShapeError>(HasSubstr("decay range 1 has offset 1")));
  EXPECT_THROW(step({{2, 3}}, 0.1), ShapeError);
  EXPECT_THROW(step({{5, 0}}, 0.1), ShapeError);
  EXPECT_THROW(step({{2, std::numeric_limits<std::size_t>::max()}}, 0.1), ShapeError);
  EXPECT_THROW(step({}, -0.1), ConfigError);
  EXPECT_THROW(step({}, std::numeric_limits<double>::infinity()), ConfigError);
  EXPECT_EQ(optimizer.state().num_steps, 0) << "a rejected step leaves no trace";
}

}  // namespace
}  // namespace plstm
