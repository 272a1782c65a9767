#include "plstm/learn/dags/dag_predictor.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/recipe.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Paths whose nodes are a or b; the label of a node is whether a "b" is before it.
GraphRecord path(int number) {
  GraphRecord record;
  record.name = "g" + std::to_string(number);
  record.place = "made";
  record.num_nodes = 4 + number % 3;
  record.node_attributes = {{"kind", {}}, {"seen", {}}};
  bool seen = false;
  for (NodeId node = 0; node < record.num_nodes; ++node) {
    if (node > 0) record.edges.push_back({node - 1, node});
    const bool is_b = (number * 7 + node * 5) % 4 == 0;
    record.node_attributes[0].values.emplace_back(std::string(is_b ? "b" : "a"));
    record.node_attributes[1].values.emplace_back(seen ? 1.0 : 0.0);
    seen = seen || is_b;
  }
  return record;
}

std::vector<GraphRecord> paths() {
  std::vector<GraphRecord> records;
  for (int i = 0; i < 30; ++i) records.push_back(path(i));
  return records;
}

Predictor trained(const std::vector<GraphRecord>& records) {
  const RecordLabels labels = read_record_labels(records, TargetChoice{.names = {"seen"}});
  const GraphSchema schema = infer_schema(records, {.ignored = {"seen"}}).schema;
  const LabeledGraphs data =
      label_records(records, schema, labels.level,
                    {labels.targets.data(), static_cast<std::size_t>(labels.targets.size())}, labels.names);
  Recipe recipe = recipe::regression();
  recipe.members = 1;
  recipe.width = 16;
  recipe.epochs = 3;
  recipe.tasks = labels.tasks;
  return fit(data, recipe);
}

TEST(DagPredictor, PredictsTheSameFromAFile) {
  const std::vector<GraphRecord> records = paths();
  const DagPredictor predictor(trained(records));
  EXPECT_EQ(predictor.level(), Readout::kNode);
  EXPECT_EQ(predictor.task_names(), std::vector<std::string>{"seen"});
  const std::vector<DagPrediction> said = predictor.predict(records);
  ASSERT_EQ(said.size(), records.size());
  EXPECT_EQ(said[1].values.size(), 5u);
  const test::TemporaryFolder folder;
  predictor.predictor().save(folder.path() / "m.safetensors");
  const DagPredictor loaded = DagPredictor::load(folder.path() / "m.safetensors");
  EXPECT_EQ(loaded.schema(), predictor.schema());
  const std::vector<DagPrediction> again = loaded.predict(records);
  for (std::size_t i = 0; i < said.size(); ++i) EXPECT_EQ(said[i].values, again[i].values);
}

TEST(DagPredictor, AGraphThatCannotBeReadHasItsErrorAndChangesNoOther) {
  std::vector<GraphRecord> records = paths();
  const DagPredictor predictor(trained(records));
  const std::vector<DagPrediction> said = predictor.predict(records);
  records[3].edges.push_back({3, 0});
  records[5].node_attributes.clear();
  const std::vector<DagPrediction> with_bad = predictor.predict(records);
  EXPECT_THAT(with_bad[3].error, HasSubstr("graph 'g3'"));
  EXPECT_TRUE(with_bad[3].values.empty());
  EXPECT_THAT(with_bad[5].error, HasSubstr("'kind' is missing"));
  EXPECT_EQ(with_bad[4].values, said[4].values);
}

TEST(DagPredictor, ACalibratedModelHasIntervals) {
  const std::vector<GraphRecord> records = paths();
  const DagPredictor predictor(trained(records));
  ASSERT_NE(predictor.predictor().calibration(), nullptr);
  const std::vector<DagPrediction> said = predictor.predict(records, 0.8);
  ASSERT_EQ(said[0].certainty.size(), said[0].values.size());
  EXPECT_LT(said[0].certainty[0].low, said[0].values[0]);
  EXPECT_GT(said[0].certainty[0].high, said[0].values[0]);
}

// As the folds of a cross-validation do.
TEST(DagPredictor, ModelsWithSchemasOfTheirOwnAreAveraged) {
  std::vector<GraphRecord> records = paths();
  const Predictor first = trained(records);
  for (GraphRecord& record : records) {
    AttributeColumn& load = record.node_attributes.emplace_back("load", std::vector<AttributeValue>{});
    for (NodeId node = 0; node < record.num_nodes; ++node) load.values.emplace_back(1.5 * node);
  }
  const Predictor second = trained(records);
  const test::TemporaryFolder folder;
  const std::vector<std::filesystem::path> files{folder / "a.safetensors", folder / "b.safetensors"};
  first.save(files[0]);
  second.save(files[1]);
  const DagPredictor both = DagPredictor::load(files);
  EXPECT_EQ(both.num_schemas(), 2u);
  EXPECT_EQ(both.num_networks(), 2u);
  EXPECT_FALSE(both.is_calibrated());
  const std::vector<DagPrediction> said = both.predict(records),
                                   a = DagPredictor::load(files[0]).predict(records),
                                   b = DagPredictor::load(files[1]).predict(records);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(said[i].values.size(), a[i].values.size());
    for (std::size_t row = 0; row < said[i].values.size(); ++row)
      EXPECT_NEAR(said[i].values[row], (a[i].values[row] + b[i].values[row]) / 2, 1e-12);
  }
  EXPECT_THAT([&] { both.predict(records, 0.9); },
              ThrowsMessage<ConfigError>(HasSubstr("name one of the trainings")));
  records[2].node_attributes.pop_back();
  const UsablePredictions usable = both.predict_usable(records);
  EXPECT_EQ(usable.usable.size(), records.size() - 1) << "one of the models cannot read the graph";
  EXPECT_THAT(usable.errors[2], HasSubstr("'load' is missing"));
  EXPECT_TRUE(usable.predictions.expected_errors.empty());
  EXPECT_EQ(usable.predictions.of_graph(2).front(), said[3].values.front());
}

TEST(DagPredictor, RefusesModelsOfOtherThings) {
  LabeledGraphs data;
  AttributedGraph graph;
  graph.dag = Dag(2, {{0, 1}});
  graph.node_code_width = 1;
  graph.node_codes = {0, 1};
  for (int i = 0; i < 10; ++i) {
    graph.node_codes[0] = i % 2;
    data.add(graph, {static_cast<double>(i)});
  }
  Recipe recipe = recipe::regression();
  recipe.members = 1;
  recipe.width = 16;
  recipe.epochs = 1;
  EXPECT_THAT([&] { DagPredictor predictor(fit(data, recipe)); },
              ThrowsMessage<FileError>(HasSubstr("keeps no schema")));
}

TEST(LabelRecords, SayWhichGraphIsWrong) {
  std::vector<GraphRecord> records = paths();
  const GraphSchema schema = infer_schema(records).schema;
  records[7].node_attributes.clear();
  const std::vector<std::string> names{"y"};
  const std::vector<double> targets(records.size());
  EXPECT_THAT([&] { label_records(records, schema, Readout::kGraph, targets, names); },
              ThrowsMessage<FileError>(HasSubstr("graph 'g7'")));
}

}  // namespace
}  // namespace plstm
