#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/files/output_file.hpp>
#include <plstm/data/tu_dataset.hpp>

#include "graph/any_dag.hpp"
#include "support/data_folders.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

using Text = std::pair<std::string, std::string>;  // what stands in DS_<first>.txt

// A folder DS with files of a set.
class TuDatasetTest : public ::testing::Test {
 protected:
  void write(const std::string& what, const std::string& text) const {
    std::filesystem::create_directories(folder_ / "DS");
    std::ofstream(folder_ / "DS" / ("DS_" + what + ".txt"), std::ios::binary) << text;
  }

  // Two graphs: nodes 1 2 3 in a row, given in both directions, and node 4 alone.
  void write_small(const std::vector<Text>& others = {}) const {
    std::filesystem::remove_all(folder_ / "DS");
    write("A", "2, 1\n1, 2\n3, 2\n2, 3\n");
    write("graph_indicator", "1\n1\n1\n2\n");
    for (const auto& [what, text] : others) write(what, text);
  }

  TuDataset read(const TuOptions& options = {}) const { return read_tu_dataset(folder_ / "DS", options); }

  TuDataset read_small(const std::vector<Text>& others, const TuOptions& options = {}) const {
    write_small(others);
    TuDataset data = read(options);
    check_graph_set(data.set);
    return data;
  }

  void expect_error(const std::vector<Text>& others, const char* message,
                    const TuOptions& options = {}) const {
    write_small(others);
    EXPECT_THAT([&] { read(options); }, ThrowsMessage<FileError>(HasSubstr(message)));
  }

  test::TemporaryFolder folder_;
};

TEST_F(TuDatasetTest, FilesMayBeCompressed) {
  write_small({{"node_labels", "5\n6\n5\n6\n"}});
  const TuDataset plain = read();
  for (const char* what : {"A", "node_labels"}) {
    const auto path = folder_ / "DS" / ("DS_" + std::string(what) + ".txt");
    OutputFile packed(path.string() + ".gz");
    packed.stream() << test::text_of(path);
    packed.commit();
    std::filesystem::remove(path);
  }
  EXPECT_EQ(read().set, plain.set);
}

TEST_F(TuDatasetTest, EdgesPointFromTheSmallerNodeAndAreKeptOnce) {
  const TuDataset data = read_small({});
  ASSERT_EQ(data.set.graphs.size(), 2u);
  EXPECT_EQ(data.set.graphs[0].dag, Dag(3, {{0, 1}, {1, 2}}));
  EXPECT_EQ(data.set.graphs[1].dag, Dag(1, {}));
  EXPECT_EQ(data.counts, (TuCounts{.listed = 4, .reversed = 2}));
}

TEST_F(TuDatasetTest, WithoutLabelsNodesHaveOneConstantCode) {
  const TuDataset data = read_small({});
  EXPECT_EQ(data.labels, TuLabels::kNone);
  EXPECT_THAT(data.set.label_names, IsEmpty());
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_THAT(data.node_label_values, IsEmpty());
  EXPECT_THAT(data.set.node_vocabulary_sizes, ElementsAre(1));
  EXPECT_THAT(data.set.edge_vocabulary_sizes, IsEmpty());
  EXPECT_THAT(data.set.graphs[0].node_codes, ElementsAre(0, 0, 0));
  EXPECT_THAT(data.set.graphs[1].node_codes, ElementsAre(0));
}

TEST_F(TuDatasetTest, LabelsBecomeCodesInAscendingOrder) {
  const TuDataset data = read_small(
      {{"node_labels", "17\n-3\n9\n17\n"}, {"edge_labels", "5\n5\n4\n4\n"}, {"graph_labels", "1\n-1\n"}});
  EXPECT_THAT(data.set.node_vocabulary_sizes, ElementsAre(3));
  EXPECT_THAT(data.set.edge_vocabulary_sizes, ElementsAre(2));
  EXPECT_THAT(data.node_label_values, ElementsAre(ElementsAre(-3, 9, 17)));
  EXPECT_THAT(data.edge_label_values, ElementsAre(ElementsAre(4, 5)));
  EXPECT_THAT(data.set.graphs[0].node_codes, ElementsAre(2, 0, 1));
  EXPECT_THAT(data.set.graphs[1].node_codes, ElementsAre(2));
  EXPECT_THAT(data.set.graphs[0].edge_codes, ElementsAre(1, 0));
  EXPECT_EQ(data.labels, TuLabels::kClasses);
  EXPECT_THAT(data.class_names, ElementsAre("-1", "1"));
  EXPECT_THAT(data.set.label_names, ElementsAre("class"));
  EXPECT_THAT(data.set.labels, ElementsAre(1, 0));
  EXPECT_THAT(data.set.present, ElementsAre(1, 1));
}

TEST_F(TuDatasetTest, ColumnsOfLabelsAreCodedEachByItself) {
  const TuDataset data = read_small({{"node_labels", "1, 7\n2, 7\n1, 9\n3, 7\n"}});
  EXPECT_THAT(data.set.node_vocabulary_sizes, ElementsAre(3, 2));
  EXPECT_THAT(data.set.graphs[0].node_codes, ElementsAre(0, 0, 1, 0, 0, 1));
}

TEST_F(TuDatasetTest, AttributesBecomeValues) {
  const TuDataset data = read_small({{"node_attributes", "1.5, -2\n0 1e-3\n+3,4\n 5 ,6 \n"},
                                     {"edge_attributes", "0.25\n0.25\n-1\n-1\n"},
                                     {"graph_attributes", "0.5\n-7\n"}});
  EXPECT_EQ(data.set.node_value_width, 2);
  EXPECT_EQ(data.set.edge_value_width, 1);
  EXPECT_THAT(data.set.node_vocabulary_sizes, IsEmpty());
  EXPECT_THAT(data.set.graphs[0].node_values, ElementsAre(1.5f, -2, 0, 1e-3f, 3, 4));
  EXPECT_THAT(data.set.graphs[1].node_values, ElementsAre(5, 6));
  EXPECT_THAT(data.set.graphs[0].edge_values, ElementsAre(0.25f, -1));
  EXPECT_EQ(data.labels, TuLabels::kValues);
  EXPECT_THAT(data.set.label_names, ElementsAre("target"));
  EXPECT_THAT(data.set.labels, ElementsAre(0.5f, -7));
}

TEST_F(TuDatasetTest, SeveralTargetsAreNumberedAndClassesWin) {
  const Text targets{"graph_attributes", "1,2\n3,4\n"};
  const TuDataset data = read_small({targets});
  EXPECT_THAT(data.set.label_names, ElementsAre("target_1", "target_2"));
  EXPECT_THAT(data.set.labels, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(read_small({targets, {"graph_labels", "5\n5\n"}}).labels, TuLabels::kClasses);
}

TEST_F(TuDatasetTest, MergedAndDroppedLinesAreCounted) {
  // 1-2 three times in one direction and twice in the other, a loop, and 2-3 whose labels differ.
  const TuDataset data = read_small(
      {{"A", "2 1\n1 2\n2 1\n1 2\n2 1\n3 3\n2 3\n3 2\n"}, {"edge_labels", "1\n1\n1\n1\n1\n1\n2\n1\n"}});
  EXPECT_EQ(data.set.graphs[0].dag, Dag(3, {{0, 1}, {1, 2}}));
  EXPECT_THAT(data.set.graphs[0].edge_codes, ElementsAre(0, 1));
  EXPECT_EQ(data.counts,
            (TuCounts{.listed = 8, .reversed = 2, .repeated = 3, .self_loops = 1, .conflicting = 1}));
}

TEST_F(TuDatasetTest, DirectedEdgesStayAsTheyAre) {
  const TuDataset data =
      read_small({{"A", "3,2\n2,1\n2,2\n3,2\n"}, {"edge_attributes", "1\n2\n3\n4\n"}}, {.directed = true});
  EXPECT_EQ(data.set.graphs[0].dag, Dag(3, {{2, 1}, {1, 0}}));
  EXPECT_THAT(data.set.graphs[0].edge_values, ElementsAre(1, 2));
  EXPECT_EQ(data.counts, (TuCounts{.listed = 4, .repeated = 1, .self_loops = 1, .conflicting = 1}));
}

TEST_F(TuDatasetTest, EdgesOfGraphsMayComeInAnyOrder) {
  const TuDataset data = read_small(
      {{"A", "3,4\n1,2\n4,5\n"}, {"graph_indicator", "1\n1\n2\n2\n2\n"}, {"edge_labels", "1\n2\n3\n"}});
  EXPECT_EQ(data.set.graphs[0].dag, Dag(2, {{0, 1}}));
  EXPECT_EQ(data.set.graphs[1].dag, Dag(3, {{0, 1}, {1, 2}}));
  EXPECT_THAT(data.set.graphs[0].edge_codes, ElementsAre(1));
  EXPECT_THAT(data.set.graphs[1].edge_codes, ElementsAre(0, 2));
}

TEST_F(TuDatasetTest, LineEndsBlanksAndMarksDoNotMatter) {
  const TuDataset plain = read_small({{"graph_labels", "0\n1\n"}});
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto lines = [&](std::string text) {
      std::string result;
      for (const char c : text) result += c == '\n' ? end : std::string(1, c);
      return result;
    };
    const TuDataset data = read_small({{"A", lines("\xEF\xBB\xBF 2,1\n\t1 2\t\n3 ,2\n2\t,\t3\n\n  \n")},
                                       {"graph_indicator", lines("1\n 1\n1 \n2")},
                                       {"graph_labels", lines("0\n1\n\n")}});
    EXPECT_EQ(data.set, plain.set);
    EXPECT_EQ(data.counts, plain.counts);
  }
}

TEST_F(TuDatasetTest, EmptySetsAndGraphsWithoutNodes) {
  EXPECT_EQ(read_small({{"A", ""}, {"graph_indicator", ""}}).set.graphs.size(), 0u);
  EXPECT_EQ(read_small({{"A", ""}, {"graph_indicator", ""}, {"node_labels", ""}, {"edge_labels", "\n"}})
                .set.graphs.size(),
            0u);
  const TuDataset data =
      read_small({{"A", ""}, {"graph_indicator", "2\n4\n4\n"}, {"graph_labels", "0\n0\n0\n0\n0\n"}});
  std::vector<NodeId> sizes;
  for (const AttributedGraph& graph : data.set.graphs) sizes.push_back(graph.dag.num_nodes());
  EXPECT_THAT(sizes, ElementsAre(0, 1, 0, 2, 0));
  EXPECT_THAT(data.class_names, ElementsAre("0"));
}

TEST_F(TuDatasetTest, FoldersAreNamedInAnyWay) {
  write_small();
  EXPECT_EQ(read_tu_dataset(folder_ / "DS/").set, read().set);
  EXPECT_EQ(read_tu_dataset(folder_ / "DS" / ".").set, read().set);
  EXPECT_EQ(read_tu_dataset(folder_ / "DS/../DS").set, read().set);
}

TEST_F(TuDatasetTest, MissingFilesAreNamed) {
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FileError>(HasSubstr("DS_A.txt: is missing")));
  EXPECT_THROW(read_tu_dataset(""), FileError);
  EXPECT_THROW(read_tu_dataset("/"), FileError);
  EXPECT_THROW(read_tu_dataset(std::string(10000, 'x')), FileError);
  write("A", "");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FileError>(
                                   HasSubstr("DS_graph_indicator.txt: is missing; a folder DS in TU format "
                                             "has DS_A.txt and DS_graph_indicator.txt at least")));
  std::filesystem::create_directories(folder_ / "DS" / "DS_graph_indicator.txt");
  EXPECT_THAT([&] { read(); },
              ThrowsMessage<FileError>(HasSubstr("DS_graph_indicator.txt: cannot be opened")));
}

TEST_F(TuDatasetTest, WhatIsNoNumberIsNamed) {
  expect_error({{"A", "1,2\n1,x\n"}}, "DS_A.txt: line 2 has 'x', which is not a whole number");
  expect_error({{"A", "1,2.0\n"}}, "line 1 has '2.0', which is not a whole number");
  expect_error({{"A", "1,\n"}}, "line 1 has a comma without a number");
  expect_error({{"A", ",1,2\n"}}, "line 1 has a comma without a number");
  expect_error({{"A", "1,,2\n"}}, "line 1 has a comma without a number");
  expect_error({{"A", "1,2,"}}, "line 1 has a comma without a number");
  expect_error({{"A", "1 99999999999999999999\n"}},
               "line 1 has '99999999999999999999', which is out of range");
  expect_error({{"A", "1,2\n1\n"}}, "line 2 has 1 numbers, expected 2");
  expect_error({{"A", "1,2,3\n"}}, "line 1 has 3 numbers, expected 2");
  expect_error({{"A", "1,2\n\n2,3\n"}}, "line 2 is empty, but more lines follow");
  expect_error({{"A", "\n1,2\n"}}, "line 1 is empty, but more lines follow");
  expect_error({{"graph_indicator", "1\n1\n1\n2 2\n"}}, "line 4 has 2 numbers, expected 1");
  expect_error({{"node_attributes", "1\nnan\n3\n4\n"}}, "line 2 has 'nan', which is not a finite number");
  expect_error({{"node_attributes", "1\n-inf\n3\n4\n"}}, "line 2 has '-inf', which is not a finite number");
  expect_error({{"node_attributes", "1\n1e99\n3\n4\n"}}, "line 2 has '1e99', which is");
  expect_error({{"node_attributes", "1\n2\n3 3\n4\n"}}, "line 3 has 2 numbers, expected 1");
  expect_error({{"node_attributes", "1\n2\n3e\n4\n"}}, "line 3 has '3e', which is not a number");
  expect_error({{"graph_labels", "1.5\n1\n"}}, "line 1 has '1.5', which is not a whole number");
  expect_error({{"graph_labels", "1 2\n1 2\n"}}, "line 1 has 2 numbers, expected 1");
  expect_error({{"graph_attributes", std::string(90, 'z')}},
               "line 1 has 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz...'");
}

TEST_F(TuDatasetTest, WhatDoesNotFitTogetherIsNamed) {
  expect_error({{"A", "1,2\n0,1\n"}}, "DS_A.txt: line 2 has node 0, expected 1..4");
  expect_error({{"A", "1,5\n"}}, "DS_A.txt: line 1 has node 5, expected 1..4");
  expect_error({{"A", "1,9000000000\n"}}, "line 1 has node 9000000000, expected 1..4");
  expect_error({{"A", "1,2\n3,4\n"}}, "line 2 joins node 3 of graph 1 and node 4 of graph 2");
  expect_error({{"graph_indicator", "0\n1\n1\n2\n"}}, "line 1 has graph 0, expected 1 or more");
  expect_error({{"graph_indicator", "1\n2\n1\n2\n"}}, "line 3 goes back from graph 2 to 1; sort it");
  expect_error({{"graph_indicator", "1\n1\n1\n3\n"}},
               "line 4 goes from graph 1 to 3; graphs without nodes need");
  expect_error({{"graph_indicator", "2\n2\n2\n2\n"}}, "line 1 goes from graph 0 to 2");
  expect_error({{"graph_indicator", "1\n1\n1\n9000000000\n"}}, "line 4 goes from graph 1 to 9000000000");
  expect_error({{"graph_labels", "1\n"}},
               "DS_graph_indicator.txt: line 4 has graph 2, but there are labels of 1 graphs");
  expect_error({{"graph_attributes", "1\n"}}, "line 4 has graph 2, but there are labels of 1 graphs");
  expect_error({{"node_labels", "1\n1\n1\n"}},
               "DS_node_labels.txt: has 3 lines, expected 4, as many as DS_graph_indicator.txt has");
  expect_error({{"node_attributes", ""}}, "DS_node_attributes.txt: has 0 lines, expected 4");
  expect_error({{"edge_labels", "1\n1\n1\n1\n1\n"}},
               "DS_edge_labels.txt: has 5 lines, expected 4, as many as DS_A.txt has");
  expect_error({{"edge_attributes", "1\n"}}, "DS_edge_attributes.txt: has 1 lines, expected 4");
}

TEST_F(TuDatasetTest, DirectedSetsMustBeAcyclic) {
  expect_error({}, "DS_A.txt: line 2 runs from node 1 to 2 of graph 1, against line 1", {.directed = true});
  const std::vector<Text> cycle{{"A", "1,2\n3,4\n4,5\n5,3\n"}, {"graph_indicator", "1\n1\n2\n2\n2\n"}};
  write_small(cycle);
  EXPECT_THAT(
      [&] { read({.directed = true}); },
      ThrowsMessage<FileError>(AllOf(HasSubstr("DS_A.txt: line 2 begins graph 2, which is no DAG (its "
                                               "node 0 is node 3 of the file)"),
                                     HasSubstr("directed cycle 0 -> 1 -> 2 -> 0"))));
  EXPECT_EQ(read().set.graphs[1].dag, Dag(3, {{0, 1}, {1, 2}, {0, 2}}));
}

RC_GTEST_FIXTURE_PROP(TuDatasetTest, WrittenGraphsAreReadBack, ()) {
  const bool directed = *rc::gen::arbitrary<bool>();
  std::vector<Dag> dags;
  for (int i = test::any_up_to(5, "graphs"); i > 0; --i) dags.push_back(test::any_dag(6));
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  std::string edges, indicator, labels, targets;
  NodeId before = 1;
  std::int64_t listed = 0;
  std::vector<std::vector<Arc>> expected(dags.size());
  for (std::size_t i = 0; i < dags.size(); ++i) {
    targets += std::to_string(i) + "\n";
    for (NodeId node = 0; node < dags[i].num_nodes(); ++node) indicator += std::to_string(i + 1) + "\n";
    const auto say = [&](NodeId a, NodeId b, EdgeId label) {
      edges += std::to_string(before + a) + ", " + std::to_string(before + b) + "\n";
      labels += std::to_string(label) + "\n";
      ++listed;
    };
    for (EdgeId e = 0; e < dags[i].num_edges(); ++e) {
      const auto [tail, head] = dags[i].edges()[static_cast<std::size_t>(e)];
      say(tail, head, e);
      expected[i].push_back(directed || tail < head ? Arc{tail, head} : Arc{head, tail});
      for (std::uint64_t more = random.below(3); more > 0; --more) {
        directed || random.below(2) == 0 ? say(tail, head, e) : say(head, tail, e);
      }
      if (random.below(4) == 0) say(head, head, 0);
    }
    before += dags[i].num_nodes();
  }
  const TuDataset data = read_small(
      {{"A", edges}, {"graph_indicator", indicator}, {"edge_labels", labels}, {"graph_attributes", targets}},
      {.directed = directed});
  RC_ASSERT(data.set.graphs.size() == dags.size());
  std::int64_t kept = 0;
  for (std::size_t i = 0; i < dags.size(); ++i) {
    const AttributedGraph& graph = data.set.graphs[i];
    RC_ASSERT(graph.dag == Dag(dags[i].num_nodes(), expected[i]));
    kept += graph.dag.num_edges();
    for (std::size_t e = 0; e < graph.edge_codes.size(); ++e) {
      RC_ASSERT(data.edge_label_values[0][static_cast<std::size_t>(graph.edge_codes[e])] ==
                static_cast<std::int64_t>(e));
    }
  }
  RC_ASSERT(data.counts.listed == listed);
  RC_ASSERT(kept + data.counts.reversed + data.counts.repeated + data.counts.self_loops == listed);
  RC_ASSERT(data.counts.conflicting == 0);
  RC_ASSERT(!directed || data.counts.reversed == 0);
}

TEST_F(TuDatasetTest, DamagedFilesAreReadOrRefused) {
  const std::string alphabet = "0123456789-.,+eninf \n\r\t\xef\xff";
  const std::vector<Text> files{{"A", "2, 1\n1, 2\n3, 2\n2, 3\n"},
                                {"graph_indicator", "1\n1\n1\n2\n"},
                                {"node_labels", "3\n4\n5\n6\n"},
                                {"edge_attributes", "1.5,1\n2,2\n-3,1\n1,1\n"},
                                {"graph_labels", "1\n-1\n"}};
  Random random(7);
  int refused = 0;
  constexpr int kTries = 300;
  for (int i = 0; i < kTries; ++i) {
    std::vector<Text> damaged = files;
    std::string& text = damaged[random.below(damaged.size())].second;
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      text[random.below(text.size())] = alphabet[random.below(alphabet.size())];
    }
    if (random.below(4) == 0) text.resize(random.below(text.size()));
    write_small(damaged);
    try {
      const TuDataset data = read({.directed = random.below(8) == 0});
      EXPECT_NO_THROW(check_graph_set(data.set));
    } catch (const FileError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, kTries / 2);
  EXPECT_LT(refused, kTries);
}

RC_GTEST_FIXTURE_PROP(TuDatasetTest, RandomBytesAreReadOrRefused,
                      (std::string edges, std::string indicator)) {
  try {
    read_small({{"A", edges}, {"graph_indicator", indicator}});
  } catch (const FileError&) {
  }
}

// Counted in the files; MUTAG, PTC_FM and NCI1 as published (Morris et al. 2020).
struct PublicSet {
  const char* name;
  bool directed;
  std::int64_t graphs, nodes, edges, reversed;
  std::vector<std::string> class_names;
  std::int32_t node_codes;
  std::vector<std::int32_t> edge_codes;
};

void PrintTo(const PublicSet& set, std::ostream* out) {
  *out << set.name;
}

class PublicTuDataset : public ::testing::TestWithParam<PublicSet> {};

TEST_P(PublicTuDataset, HasItsKnownSize) {
  const auto folder = test::datasets_dir();
  const PublicSet& expected = GetParam();
  if (!folder || !std::filesystem::exists(*folder / expected.name)) {
    GTEST_SKIP() << "set PLSTM_DATASETS to a folder that has " << expected.name << "/";
  }
  const TuDataset data = read_tu_dataset(*folder / expected.name, {.directed = expected.directed});
  check_graph_set(data.set);
  std::int64_t nodes = 0;
  std::int64_t edges = 0;
  for (const AttributedGraph& graph : data.set.graphs) {
    nodes += graph.dag.num_nodes();
    edges += graph.dag.num_edges();
  }
  EXPECT_EQ(std::ssize(data.set.graphs), expected.graphs);
  EXPECT_EQ(nodes, expected.nodes);
  EXPECT_EQ(edges, expected.edges);
  EXPECT_EQ(data.counts, (TuCounts{.listed = edges + expected.reversed, .reversed = expected.reversed}));
  EXPECT_EQ(data.labels, expected.class_names.empty() ? TuLabels::kValues : TuLabels::kClasses);
  EXPECT_EQ(data.class_names, expected.class_names);
  EXPECT_THAT(data.set.node_vocabulary_sizes, ElementsAre(expected.node_codes));
  EXPECT_EQ(data.set.edge_vocabulary_sizes, expected.edge_codes);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, PublicTuDataset,
    ::testing::Values(PublicSet{"MUTAG", false, 188, 3371, 3721, 3721, {"-1", "1"}, 7, {4}},
                      PublicSet{"NCI1", false, 4110, 122747, 132753, 132753, {"0", "1"}, 37, {}},
                      PublicSet{"PTC_FM", false, 349, 4925, 5055, 5055, {"-1", "1"}, 18, {4}},
                      PublicSet{"ENAS", true, 19020, 152160, 218850, 0, {}, 8, {}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace plstm
