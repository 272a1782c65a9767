#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/learn/features.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::int32_t> kRows{2, 0};

TEST(Features, RowsOfAMatrix) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const FeatureSource source = matrix_features({values.data(), 3, 2});
  EXPECT_EQ(source.columns, 2);
  EXPECT_THAT(source.of_rows(kRows), ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(source.of_rows({}), IsEmpty());
}

TEST(Features, BitsOfFingerprints) {
  const std::vector<std::vector<std::uint32_t>> ones{{0, 2}, {1}, {}};
  EXPECT_THAT(fingerprint_features(ones, 3).of_rows(kRows), ElementsAre(0, 0, 0, 1, 0, 1));
}

TEST(Features, StandardisedValuesOfGraphs) {
  std::vector<PreparedGraph> graphs(3);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    graphs[i].graph.graph_value_width = 2;
    graphs[i].graph.graph_values = {static_cast<float>(i), 7};
  }
  const FeatureSource source = graph_value_features(graphs, {{1, 7}, {0.5, 0}});
  EXPECT_EQ(source.columns, 2);
  EXPECT_THAT(source.of_rows(kRows), ElementsAre(2, 0, -2, 0));
}

TEST(Features, CountsOfLabelsThatTwoTrainingRowsHave) {
  const std::vector<std::vector<LabelCount>> counts{
      {{7, 3}, {9, 1}}, {{7, 1}, {9, 4}, {5, 2}}, {{9, 8}, {5, 6}}};
  const std::vector<std::int32_t> two{0, 1}, three{0, 1, 2};
  FeatureSource source = count_features(counts, two);
  EXPECT_EQ(source.columns, 2) << "label 5 occurs in one training row";
  EXPECT_THAT(source.of_rows(kRows), ElementsAre(0, 8, 3, 1));
  source = count_features(counts, three);
  EXPECT_THAT(source.of_rows(kRows), ElementsAre(8, 6, 0, 1, 0, 3))
      << "the label of the most rows comes first";
}

TEST(Features, PartsStandSideBySide) {
  const std::vector<float> values{1, 2, 3};
  const std::vector<std::vector<std::uint32_t>> ones{{0}, {1}, {}};
  const FeatureSource source =
      joined_features({matrix_features({values.data(), 3, 1}), fingerprint_features(ones, 2)});
  EXPECT_EQ(source.columns, 3);
  EXPECT_THAT(source.of_rows(kRows), ElementsAre(3, 0, 0, 1, 1, 0));
  EXPECT_EQ(joined_features({}).columns, 0);
}

TEST(Features, ColumnsAreStandardisedByTheTrainingRows) {
  const std::vector<double> values{1, 7, 3, std::nan(""), 11, 9};
  const std::vector<std::int32_t> train{0, 1};
  const FeatureSource source = standardized_features({values.data(), 3, 2}, train);
  EXPECT_EQ(source.columns, 2);
  EXPECT_THAT(source.of_rows(std::vector<std::int32_t>{0, 1, 2}), ElementsAre(-1, 0, 1, 0, 5, 0));
}

}  // namespace
}  // namespace plstm::test
