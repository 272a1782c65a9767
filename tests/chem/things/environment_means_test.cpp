#include "plstm/chem/things/environment_means.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::DoubleEq;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<Task> kNumber(1);

AttributedGraph graph_in_order(const char* smiles) {
  return featurize(parse_smiles(smiles), {BondOrientation::kInputOrder}).graph;
}

TEST(EnvironmentMeans, EnvironmentsHaveTheirMeans) {
  const std::vector<std::string> smiles{"CO", "CO", "CO", "CN"};
  const std::vector<std::vector<double>> targets{{1, 10}, {2, 20}, {3, 30}, {100, kNone}};
  const LabeledGraphs data =
      labeled_molecule_things(smiles, targets, 1, Readout::kNode, {BondOrientation::kInputOrder});
  const std::vector<std::int32_t> all{0, 1, 2, 3};
  const EnvironmentMeans means(data, all, kNumber);
  EXPECT_THAT(means.predict(graph_in_order("CO")), ElementsAre(DoubleEq(2), DoubleEq(20)));
  // The methyl group of methylamine was seen once, so that all methyl groups count; of nitrogen nothing was seen.
  EXPECT_THAT(means.predict(graph_in_order("CN")), ElementsAre(DoubleEq(106.0 / 4), DoubleEq(166.0 / 7)));
  const std::vector<std::int32_t> none;
  EXPECT_THAT(EnvironmentMeans(data, none, kNumber).predict(graph_in_order("CO")), Each(0));
}

TEST(EnvironmentMeans, ClassesHaveTheirShares) {
  const std::vector<std::string> smiles{"CC=C", "CC=C", "CC=C"};
  const std::vector<std::vector<double>> targets{{0, 1}, {0, 1}, {1, 1}};
  const LabeledGraphs data =
      labeled_molecule_things(smiles, targets, 1, Readout::kEdge, {BondOrientation::kInputOrder});
  const std::vector<std::int32_t> all{0, 1, 2};
  const std::vector<Task> yes_or_no{{TaskType::kClassification}};
  EXPECT_THAT(EnvironmentMeans(data, all, yes_or_no).predict(graph_in_order("CC=C")),
              ElementsAre(DoubleEq(1.5 / 4), DoubleEq(3.5 / 4)));
  Task classes;
  classes.type = TaskType::kMulticlass;
  classes.classes = 3;
  EXPECT_THAT(EnvironmentMeans(data, all, {&classes, 1}).predict(graph_in_order("CC=C")),
              ElementsAre(DoubleEq(2.5 / 4.5), DoubleEq(1.5 / 4.5), DoubleEq(0.5 / 4.5), DoubleEq(0.5 / 4.5),
                          DoubleEq(3.5 / 4.5), DoubleEq(0.5 / 4.5)));
}

TEST(EnvironmentMeans, RefusesWholeMolecules) {
  const std::vector<std::string> smiles{"CO"};
  const std::vector<double> targets{1};
  const LabeledGraphs data = labeled_molecules(smiles, targets, {});
  const std::vector<std::int32_t> all{0};
  EXPECT_THROW(EnvironmentMeans(data, all, kNumber), ConfigError);
}

}  // namespace
}  // namespace plstm::test
