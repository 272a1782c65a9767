#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/autodiff/parameters.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

std::vector<double> part(const std::vector<double>& values, const ParameterInfo& info) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(info.offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(info.size)};
}

TEST(Parameters, LieOneAfterTheOtherOnWholeCacheLines) {
  ParameterLayout layout;
  const ParameterId a = layout.add("a", {3, 5}, ConstantInit{1}, true);
  const ParameterId b = layout.add("b", {17}, ConstantInit{2}, false);
  const ParameterId c = layout.add("c", {0, 4}, ConstantInit{3}, true);
  const ParameterId d = layout.add("d", {2, 2, 2}, ConstantInit{4}, true);
  EXPECT_EQ(layout[a].offset, 0u);
  EXPECT_EQ(layout[b].offset, 16u);
  EXPECT_EQ(layout[c].offset, 48u);
  EXPECT_EQ(layout[d].offset, 48u);
  EXPECT_EQ(layout.total_size(), 64u);
  EXPECT_EQ(layout.num_values(), 15u + 17u + 0u + 8u);
  EXPECT_EQ(layout[a].size, 15u);
  EXPECT_THAT(layout[d].shape, ElementsAre(2, 2, 2));
  EXPECT_TRUE(layout[a].decays);
  EXPECT_FALSE(layout[b].decays);
  EXPECT_EQ(layout.infos().size(), 4u);
  EXPECT_TRUE(a.valid());
  EXPECT_FALSE(ParameterId().valid());
}

TEST(Parameters, EmptyLayoutHasNoValues) {
  const ParameterLayout layout;
  EXPECT_EQ(layout.total_size(), 0u);
  EXPECT_EQ(layout.num_values(), 0u);
  EXPECT_TRUE(initial_values<float>(layout, kSeed).empty());
}

TEST(Parameters, StartAsTheirInitializersSay) {
  ParameterLayout layout;
  layout.add("constant", {3}, ConstantInit{-5}, true);
  layout.add("identity", {8}, IdentityInit{2, 2, 0.5}, true);
  layout.add("normal", {20000}, NormalInit{1, 2}, true);
  const std::vector<double> values = initial_values<double>(layout, kSeed);
  EXPECT_THAT(part(values, layout.infos()[0]), Each(-5.0));
  EXPECT_THAT(part(values, layout.infos()[1]), ElementsAre(0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5));
  const std::vector<double> normal = part(values, layout.infos()[2]);
  double mean = 0, square = 0;
  for (const double x : normal) mean += x / 20000;
  for (const double x : normal) square += (x - mean) * (x - mean) / 20000;
  EXPECT_NEAR(mean, 1, 0.06);  // four standard errors
  EXPECT_NEAR(std::sqrt(square), 2, 0.04);
  EXPECT_EQ(std::count(values.begin() + 3, values.begin() + 16, 0.0), 13);  // padding
}

TEST(Parameters, StartEvenlySpacedOrWithTheLastOfEachPeriod) {
  ParameterLayout layout;
  const ParameterId range = layout.add("range", {2, 2}, RangeInit{1, 2.5}, false);
  const ParameterId one = layout.add("one", {1}, RangeInit{1, 2}, false);
  const ParameterId last = layout.add("last", {2, 1, 3}, LastInit{3, 4}, true);
  const std::vector<double> values = initial_values<double>(layout, kSeed);
  EXPECT_THAT(part(values, layout[range]), ElementsAre(1, 1.5, 2, 2.5));
  EXPECT_THAT(part(values, layout[one]), ElementsAre(1.5));
  EXPECT_THAT(part(values, layout[last]), ElementsAre(0, 0, 4, 0, 0, 4));
  EXPECT_THAT(
      [&] {
        layout.add("none", {2}, LastInit{0, 1}, true);
      },
      ThrowsMessage<ConfigError>("parameter none has a period of 0, expected at least 1"));
}

TEST(Parameters, DrawFromStreamsNamedBySeedAndName) {
  ParameterLayout one, two;
  one.add("w", {10}, NormalInit{}, true);
  two.add("new", {30}, NormalInit{}, true);
  two.add("w", {10}, NormalInit{}, true);
  const auto values = [](const ParameterLayout& layout, std::uint64_t seed) {
    return part(initial_values<double>(layout, seed), layout.infos().back());
  };
  EXPECT_EQ(values(one, 1), values(two, 1));
  EXPECT_NE(values(one, 1), values(one, 2));
  const std::vector<double> other = part(initial_values<double>(two, 1), two.infos()[0]);
  EXPECT_NE(values(two, 1), std::vector<double>(other.begin(), other.begin() + 10));
  const std::vector<float> rounded = initial_values<float>(one, 1);
  EXPECT_EQ(rounded[3], static_cast<float>(values(one, 1)[3]));
}

TEST(Parameters, SmallInitHasTheSpreadOfTheSpecification) {
  EXPECT_DOUBLE_EQ(small_init(40).std, 0.1);
  EXPECT_EQ(small_init(40).mean, 0);
  EXPECT_TRUE(std::isfinite(small_init(0).std));
}

TEST(Parameters, ComplainAboutNamesAndSizes) {
  ParameterLayout layout;
  layout.add("w", {2}, ConstantInit{}, true);
  EXPECT_THAT([&] { layout.add("w", {3}, ConstantInit{}, true); },
              ThrowsMessage<ConfigError>("there are two parameters named w"));
  EXPECT_THAT(
      [&] {
        layout.add("v", {3, -1}, ConstantInit{}, true);
      },
      ThrowsMessage<ConfigError>("parameter v has a negative dimension -1"));
  EXPECT_THAT(
      [&] {
        layout.add("v", {7}, IdentityInit{2, 2}, true);
      },
      ThrowsMessage<ConfigError>("parameter v of 7 values cannot hold 2 identities of 2 x 2"));
  EXPECT_EQ(layout.infos().size(), 1u);
}

// Settings of a damaged file can ask for any size; products of dimensions do not wrap round.
TEST(Parameters, RefuseSizesThatDoNotFit) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  ParameterLayout layout;
  EXPECT_THAT(
      [&] {
        layout.add("w", {kHuge, kHuge, kHuge, 0}, ConstantInit{}, true);
      },
      ThrowsMessage<ConfigError>("parameter w has too many values"));
  layout.add("v", {kHuge, 1 << 16}, ConstantInit{}, true);
  EXPECT_THAT([&] { layout.add("w", {1}, ConstantInit{}, true); },
              ThrowsMessage<ConfigError>("parameter w and those before it have too many values"));
  EXPECT_EQ(layout.num_values(), std::size_t{1} << 56);
}

TEST(Parameters, TransposesKeepTheOffset) {
  ParameterLayout layout;
  const ParameterId row = layout.add("row", {5}, ConstantInit{}, true);
  const ParameterId matrix = layout.add("matrix", {3, 7}, ConstantInit{}, true);
  const ParameterId deep = layout.add("deep", {6, 2, 3}, ConstantInit{}, true);
  layout.add("empty", {0, 4}, ConstantInit{}, true);
  std::vector<float> values(layout.total_size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i + 1);
  std::vector<float> transposed(values.size());
  transpose_parameters<float>(layout, values, transposed);
  for (const auto& [id, rows, cols] : {std::tuple(matrix, 3, 7), std::tuple(deep, 6, 6)}) {
    const std::size_t offset = layout[id].offset;
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < cols; ++c) {
        EXPECT_EQ(transposed[offset + static_cast<std::size_t>(c * rows + r)],
                  values[offset + static_cast<std::size_t>(r * cols + c)])
            << r << " " << c;
      }
    }
  }
  EXPECT_EQ(transposed[layout[row].offset], 0);
  EXPECT_THROW(transpose_parameters<float>(layout, values, std::span(transposed).first(3)), ShapeError);
}

}  // namespace
}  // namespace plstm::test
