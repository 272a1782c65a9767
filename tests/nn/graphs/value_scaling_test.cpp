#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

PreparedGraph graph_with_values(std::vector<float> values) {
  AttributedGraph graph;
  graph.graph_value_width = static_cast<std::int32_t>(values.size());
  graph.graph_values = std::move(values);
  return prepare_graph(std::move(graph));
}

TEST(ValueScaling, LearnsFromTheGivenRowsAlone) {
  const std::vector<PreparedGraph> graphs{
      graph_with_values({1, 0.1f, kNan, kNan}), graph_with_values({99, 99, 99, 99}),
      graph_with_values({5, 0.1f, 2, kInfinity}), graph_with_values({3, 0.1f, 4, kNan})};
  const std::vector<std::int32_t> rows{0, 2, 3};
  const ValueScaling scaling = make_graph_value_scaling(graphs, rows);
  EXPECT_THAT(scaling.mean, ElementsAre(DoubleEq(3), DoubleEq(0.1f), DoubleEq(3), 0));
  EXPECT_THAT(scaling.scale, ElementsAre(DoubleEq(std::sqrt(8.0 / 3)), 0, DoubleEq(1), 0));
  EXPECT_NO_THROW(check_scaling(scaling, 4));
}

TEST(ValueScaling, OfNoRowsOrNoValuesIsEmpty) {
  const std::vector<PreparedGraph> graphs{graph_with_values({}), graph_with_values({1})};
  EXPECT_EQ(make_graph_value_scaling(graphs, {}), ValueScaling{});
  const std::vector<std::int32_t> first{0};
  EXPECT_EQ(make_graph_value_scaling(graphs, first), ValueScaling{});
  const std::vector<std::int32_t> second{1};
  EXPECT_THAT(make_graph_value_scaling(graphs, second).scale, ElementsAre(0)) << "one row does not vary";
}

TEST(ValueScaling, NamesRowsThatDoNotFit) {
  const std::vector<PreparedGraph> graphs{graph_with_values({1, 2}), graph_with_values({1})};
  const auto learn = [&](std::vector<std::int32_t> rows) {
    return [&graphs, rows] { make_graph_value_scaling(graphs, rows); };
  };
  EXPECT_THAT(learn({0, 2}),
              ThrowsMessage<ShapeError>("make_graph_value_scaling: row 2 lies outside 2 graphs"));
  EXPECT_THAT(learn({-1}),
              ThrowsMessage<ShapeError>("make_graph_value_scaling: row -1 lies outside 2 graphs"));
  EXPECT_THAT(learn({0, 1}), ThrowsMessage<ShapeError>(
                                 "make_graph_value_scaling: values of graph 1 has 1 entries, expected 2"));
}

TEST(ValueScaling, ChecksItsNumbers) {
  EXPECT_NO_THROW(check_scaling({}, 3));
  EXPECT_NO_THROW(check_scaling({{0.5}, {0}}, 1));
  EXPECT_THAT(
      [] {
        check_scaling({{0}, {1, 1}}, 2);
      },
      ThrowsMessage<ConfigError>("value scaling: 1 means and 2 scales for 2 columns of values"));
  EXPECT_THAT(
      [] {
        check_scaling({{0, 1}, {1, -2}}, 2);
      },
      ThrowsMessage<ConfigError>("value scaling: column 1 has mean 1 and scale -2, expected finite "
                                 "numbers and no negative scale"));
  EXPECT_THROW(check_scaling({{NAN}, {1}}, 1), ConfigError);
  EXPECT_THROW(check_scaling({{0}, {INFINITY}}, 1), ConfigError);
}

TEST(ValueScaling, StandardisesCutsOffAndDropsWhatSaysNothing) {
  const ValueScaling scaling{{2, 7}, {4, 0}};
  const std::vector<float> values{4, 9, kNan, 7, -1000, 0, kInfinity, 1, 22, 7};
  const auto scaled = evaluate<double>(
      {}, [&](auto& tape, const auto&) { return scaled_values(tape, scaling, values, 5, 2); });
  EXPECT_EQ(scaled, (Matrix<double>{{0.5, 0}, {0, 0}, {-5, 0}, {0, 0}, {5, 0}}));
  const auto plain = evaluate<float>({}, [&](auto& tape, const auto&) {
    return scaled_values(tape, {}, {8, -9}, 2, 1);
  });
  EXPECT_EQ(plain, (Matrix<float>{{8}, {-9}}));
}

TEST(ValueScaling, TakesNoRowsAndRefusesAnotherWidth) {
  const auto rows_of = [](std::vector<float> values, Index rows, Index width) {
    return evaluate<double>({},
                            [&](auto& tape, const auto&) {
                              return scaled_values(tape, ValueScaling{}, values, rows, width);
                            })
        .rows();
  };
  EXPECT_EQ(rows_of({}, 0, 3), 0);
  EXPECT_EQ(rows_of({}, 2, 0), 2);
  EXPECT_THROW(rows_of({1, 2, 3}, 2, 2), ShapeError);
}

TEST(ValueScaling, OfAMatrixIsThatOfGraphs) {
  const std::vector<double> values{1, 7, 99, 99, 5, std::nan(""), 3, 7};
  const std::vector<std::int32_t> rows{0, 2, 3};
  const ValueScaling scaling = make_value_scaling({values.data(), 4, 2}, rows);
  EXPECT_THAT(scaling.mean, ElementsAre(DoubleEq(3), DoubleEq(7)));
  EXPECT_THAT(scaling.scale, ElementsAre(DoubleEq(std::sqrt(8.0 / 3)), 0));
  EXPECT_THROW(make_value_scaling({values.data(), 3, 2}, rows), ShapeError);
}

}  // namespace
}  // namespace plstm::test
