#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/dags/formats/read_graphs.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The last name of a file in backquotes that the line has; empty if there is none.
std::string file_named_in(const std::string& line) {
  std::string name;
  for (std::size_t begin = line.find('`'); begin != std::string::npos;) {
    const std::size_t end = line.find('`', begin + 1);
    if (end == std::string::npos) break;
    const std::string word = line.substr(begin + 1, end - begin - 1);
    if (word.find('.') != std::string::npos && word.find(' ') == std::string::npos) name = word;
    begin = line.find('`', end + 1);
  }
  return name;
}

// The blocks of docs/dag-files.md that are files, by the name that the sentence before them ends with.
std::map<std::string, std::string> example_files() {
  std::map<std::string, std::string> files;
  std::istringstream document(
      test::text_of(std::filesystem::path(PLSTM_TEST_GOLDEN_DIR) / "../../docs/dag-files.md"));
  std::string line, paragraph, name;
  bool inside = false;
  while (std::getline(document, line)) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) name = paragraph.ends_with(":") ? file_named_in(paragraph) : "";
      paragraph.clear();
    } else if (inside) {
      if (!name.empty()) files[name] += line + "\n";
    } else if (!line.empty()) {
      paragraph = line;
    }
  }
  return files;
}

class DagFiles : public ::testing::Test {
 protected:
  DagFiles() {
    for (const auto& [name, text] : files_) {
      const std::string folder = name.starts_with("DS_") ? "DS" : name.ends_with(".csv") ? "tables" : "files";
      std::filesystem::create_directory(folder_ / folder);
      test::write_text_to(folder_ / (folder + "/" + name), text);
    }
  }

  // That of the document, with numbers as texts, since tables and DOT have nothing else.
  void expect_sum(const std::string& file) const {
    const std::vector<GraphRecord> records = read_graphs(folder_ / file);
    ASSERT_FALSE(records.empty()) << file;
    const GraphRecord& record = records.front();
    EXPECT_EQ(record.name, "sum") << file;
    EXPECT_TRUE(record.directed) << file;
    EXPECT_THAT(record.node_names, ElementsAre("x", "y", "s")) << file;
    EXPECT_THAT(record.edges, ElementsAre(Arc{0, 2}, Arc{1, 2})) << file;
    EXPECT_EQ(texts(record.node_attributes, "kind"), (std::vector<std::string>{"input", "input", "add"}))
        << file;
    EXPECT_EQ(texts(record.node_attributes, "load"), (std::vector<std::string>{"3", "", ""})) << file;
    EXPECT_EQ(texts(record.edge_attributes, "port"), (std::vector<std::string>{"0", "1"})) << file;
    EXPECT_EQ(texts(record.graph_attributes, "cost"), (std::vector<std::string>{"1.5"})) << file;
    EXPECT_THAT(record.node_attributes, SizeIs(2)) << file;
    EXPECT_EQ(dag_of(record).num_edges(), 2) << file;
  }

  static std::vector<std::string> texts(const std::vector<AttributeColumn>& columns,
                                        const std::string& name) {
    std::vector<std::string> texts;
    const AttributeColumn* const column = find_attribute(columns, name);
    if (column == nullptr) return texts;
    for (const AttributeValue& value : column->values)
      texts.push_back(is_nothing(value) ? "" : text_of(value));
    return texts;
  }

  test::TemporaryFolder folder_;
  const std::map<std::string, std::string> files_ = example_files();
};

TEST_F(DagFiles, TheExamplesOfTheDocumentAreOneGraph) {
  EXPECT_THAT(files_, SizeIs(10));
  for (const char* file : {"files/sum.json", "files/sum.graphml", "files/sum.dot", "tables"}) {
    expect_sum(file);
  }
  EXPECT_THAT(read_graphs(folder_ / "files"), SizeIs(6));
  EXPECT_EQ(read_graphs(folder_ / "files/pairs.jsonl").back().name, "empty");
}

TEST_F(DagFiles, TheEdgesAloneAreEnough) {
  const std::vector<GraphRecord> records = read_graphs(folder_ / "tables/edges.csv");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_THAT(records[0].node_names, ElementsAre("x", "s", "y"));
}

TEST_F(DagFiles, TheCircuitAndTheTuSet) {
  const std::vector<GraphRecord> circuits = read_graphs(folder_ / "files/both.aag");
  ASSERT_THAT(circuits, SizeIs(1));
  EXPECT_EQ(circuits[0].name, "both");
  EXPECT_THAT(circuits[0].node_names, ElementsAre("x", "y", "g3", "both"));
  EXPECT_EQ(texts(circuits[0].node_attributes, "kind"),
            (std::vector<std::string>{"input", "input", "and", "output"}));
  const std::vector<GraphRecord> sets = read_graphs(folder_ / "DS");
  ASSERT_THAT(sets, SizeIs(1));
  EXPECT_THAT(sets[0].edges, ElementsAre(Arc{0, 2}, Arc{1, 2}));
  EXPECT_THAT(sets[0].node_names, IsEmpty());
}

TEST_F(DagFiles, TheMessagesOfTheDocument) {
  const std::string document =
      test::text_of(std::filesystem::path(PLSTM_TEST_GOLDEN_DIR) / "../../docs/dag-files.md");
  const auto expect_said = [&](const std::string& file, const std::string& text) {
    test::write_text_to(folder_ / file, text);
    std::string said;
    try {
      for (const GraphRecord& record : read_graphs(folder_ / file)) dag_of(record);
    } catch (const Error& error) {
      said = error.what();
    }
    ASSERT_TRUE(said.starts_with(folder_.path().string() + "/")) << said;
    EXPECT_NE(document.find("\n" + said.substr(folder_.path().string().size() + 1) + "\n"), std::string::npos)
        << said;
  };
  expect_said("loop.dot", "digraph loop { a -> b; b -> a }");
  std::string links;
  for (int i = 0; i < 4; ++i) links += "{\"source\":0,\"target\":0},";
  expect_said("adders.jsonl", "{\"nodes\":[]}\n{\"nodes\":[{\"id\":0}],\"links\":[" + links +
                                  "{\"source\":0,\"target\":\"q\"}]}\n");
}

}  // namespace
}  // namespace plstm
