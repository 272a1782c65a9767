#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/objectives/target_scaler.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Columns: spread, constant, never present.
struct Data {
  std::vector<double> targets = {1,    0.1, kNan,  //
                                 5,    0.1, kNan,  //
                                 kNan, 0.1, kNan,  //
                                 999,  7,   7};
  std::vector<std::uint8_t> present = {1, 1, 0,  //
                                       1, 1, 0,  //
                                       0, 1, 0,  //
                                       1, 1, 1};

  TargetScaler scaler(std::vector<std::int32_t> rows) const {
    return make_target_scaler<double>({targets.data(), 4, 3}, {present.data(), 4, 3}, rows);
  }
};

TEST(TargetScaler, UsesPresentTargetsOfTheGivenRows) {
  const TargetScaler scaler = Data().scaler({0, 1, 2});
  EXPECT_THAT(scaler.mean(), ElementsAre(3, 0.1, 0));
  EXPECT_THAT(scaler.scale(), ElementsAre(2, 1, 1));
}

TEST(TargetScaler, NoRowsLeavesTargetsAsTheyAre) {
  const TargetScaler scaler = Data().scaler({});
  EXPECT_THAT(scaler.mean(), ElementsAre(0, 0, 0));
  EXPECT_THAT(scaler.scale(), ElementsAre(1, 1, 1));
}

TEST(TargetScaler, StandardisesAndComesBack) {
  Random random(test::kSeed);
  const auto targets = test::random_normal<float>(300, random, 50.0);
  const std::vector<std::uint8_t> present(300, 1);
  std::vector<std::int32_t> rows(100);
  for (std::int32_t i = 0; i < 100; ++i) rows[static_cast<std::size_t>(i)] = i;
  const auto scaler = make_target_scaler<float>({targets.data(), 100, 3}, {present.data(), 100, 3}, rows);
  auto values = targets;
  scaler.apply<float>({values.data(), 100, 3});
  const auto again = make_target_scaler<float>({values.data(), 100, 3}, {present.data(), 100, 3}, rows);
  for (std::size_t task = 0; task < 3; ++task) {
    EXPECT_NEAR(again.mean()[task], 0, 1e-6);
    EXPECT_NEAR(again.scale()[task], 1, 1e-6);
  }
  scaler.invert<float>({values.data(), 100, 3});
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], targets[i], 2e-5) << i;
}

TEST(TargetScaler, MissingEntriesStayMissing) {
  std::vector<double> values = {kNan, 7};
  const TargetScaler scaler({1, 3}, {2, 4});
  scaler.apply<double>({values.data(), 1, 2});
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], 1);
}

TEST(TargetScaler, RejectsBadArguments) {
  EXPECT_THAT(
      [] {
        TargetScaler({1, 2}, {1});
      },
      ThrowsMessage<ShapeError>(HasSubstr("scale has 1 entries, expected 2")));
  EXPECT_THAT([] { TargetScaler({1, 2}, {1, 0}); }, ThrowsMessage<ConfigError>(HasSubstr("task 1")));
  EXPECT_THROW(TargetScaler({kNan}, {1}), ConfigError);
  EXPECT_THAT(
      [] {
        Data().scaler({0, 4});
      },
      ThrowsMessage<ShapeError>(HasSubstr("row 4 lies outside targets with 4 rows")));
  EXPECT_THROW(Data().scaler({-1}), ShapeError);

  Data data;
  data.present[8] = 1;
  EXPECT_THAT([&] { data.scaler({0, 2}); }, ThrowsMessage<TrainingError>(HasSubstr("target [2, 2] is nan")));
  data = Data();
  data.targets[0] = 1e200;
  EXPECT_THAT([&] { data.scaler({0, 1}); }, ThrowsMessage<TrainingError>(HasSubstr("task 0")));
  EXPECT_THAT(
      [&] {
        make_target_scaler<double>({data.targets.data(), 4, 3}, {data.present.data(), 3, 3}, {});
      },
      ThrowsMessage<ShapeError>(HasSubstr("present has shape [3, 3], expected [4, 3]")));

  const TargetScaler scaler({0}, {1});
  std::vector<double> two(2);
  EXPECT_THROW(scaler.apply<double>({two.data(), 1, 2}), ShapeError);
  EXPECT_THROW(scaler.invert<double>({two.data(), 1, 2}), ShapeError);
}

}  // namespace
}  // namespace plstm
