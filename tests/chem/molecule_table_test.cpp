#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule_table.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class MoleculeTableTest : public ::testing::Test {
 protected:
  MoleculeTableTest()
      : path(std::filesystem::temp_directory_path() /
             ("plstm_table_" + std::to_string(::getpid()) + ".csv")) {}
  ~MoleculeTableTest() override { std::filesystem::remove(path); }

  void write(const std::string& text) const { std::ofstream(path) << text; }

  std::filesystem::path path;
};

TEST_F(MoleculeTableTest, EveryRowHasAnEntry) {
  write("smiles,name,a,b\nCCO,ethanol,1,2\nC(,broken,3,4\nc1ccccc1C,toluene,,6\n");
  MoleculeTableOptions options;
  options.reading.id_column = "name";
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.target_names, ElementsAre("a", "b"));
  EXPECT_THAT(table.smiles, ElementsAre("CCO", "C(", "c1ccccc1C"));
  EXPECT_THAT(table.ids, ElementsAre("ethanol", "broken", "toluene"));
  EXPECT_EQ(table.num_rows(), 3);
  EXPECT_EQ(table.num_bad_rows(), 1);
  EXPECT_THAT(table.good_rows(), ElementsAre(0, 2));
  EXPECT_THAT(table.errors[1], HasSubstr("C("));
  EXPECT_THAT(table.targets, ElementsAre(1, 2, 0, 0, 0, 6));
  EXPECT_THAT(table.present, ElementsAre(1, 1, 0, 0, 0, 1));
  EXPECT_EQ(table.graphs[0].graph.dag.num_nodes(), 3);
  EXPECT_EQ(table.graphs[1].graph.dag.num_nodes(), 0);
  EXPECT_EQ(table.graphs[2].graph.dag.num_nodes(), 7);
  EXPECT_THAT(table.scaffolds, IsEmpty());
  EXPECT_THAT(table.fingerprints, IsEmpty());
  EXPECT_THAT(table.maccs_keys, IsEmpty());
}

TEST_F(MoleculeTableTest, BringsWhatWasAskedFor) {
  write("smiles,a\nCCO,1\nC(,2\nc1ccccc1C,3\n");
  MoleculeTableOptions options;
  options.scaffolds = options.fingerprints = options.keys_and_bcut = true;
  options.reading.featurize.molecule_values = true;
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.scaffolds, ElementsAre("", "", "c1ccccc1"));
  EXPECT_EQ(table.fingerprints[0], morgan_fingerprint(parse_smiles("CCO")));
  EXPECT_THAT(table.fingerprints[1], IsEmpty());
  EXPECT_THAT(table.maccs_keys[2], SizeIs(Gt(0u)));
  EXPECT_THAT(table.bcut_values, SizeIs(3));
  EXPECT_GT(table.graphs[0].graph.graph_value_width, 0);
}

// More rows than are read at a time.
TEST_F(MoleculeTableTest, LongFilesAreReadInPieces) {
  std::string text = "smiles,a\n";
  for (int i = 0; i < 5000; ++i) text += (i % 2 == 0 ? "C," : "CC,") + std::to_string(i) + "\n";
  write(text);
  const MoleculeTable table = read_molecule_table(path);
  ASSERT_EQ(table.num_rows(), 5000);
  for (std::size_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(table.targets[i], static_cast<double>(i));
    ASSERT_EQ(table.graphs[i].graph.dag.num_nodes(), i % 2 == 0 ? 1 : 2);
  }
}

TEST_F(MoleculeTableTest, RefusesAFileWithoutAUsableRow) {
  write("smiles,a\nC(,2\n");
  EXPECT_THAT([&] { read_molecule_table(path); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(path.string()), HasSubstr("holds no SMILES"))));
}

TEST(ScaffoldSplit, KeepsScaffoldsTogether) {
  const std::vector<std::string> scaffolds{"a", "x", "a", "b", "b", "c", "d", "e", "f", "a", "g"};
  const std::vector<std::int32_t> rows{0, 2, 3, 4, 5, 6, 7, 8, 9, 10};  // without row 1
  const Split split = scaffold_split(rows, scaffolds, {0.6, 0.2, 0.2});
  EXPECT_THAT(split.train, SizeIs(6));
  EXPECT_THAT(split.validation, SizeIs(2));
  EXPECT_THAT(split.test, SizeIs(2));
  for (const std::int32_t row : {0, 2, 9, 3, 4}) EXPECT_THAT(split.train, ::testing::Contains(row));
}

TEST(ScaffoldSplit, RefusesAScaffoldLargerThanTheTrainingPart) {
  const std::vector<std::string> scaffolds{"a", "a", "a", "b"};
  EXPECT_THAT(
      [&] {
        scaffold_split(std::vector<std::int32_t>{0, 1, 2, 3}, scaffolds, {0.5, 0.25, 0.25});
      },
      ThrowsMessage<FileError>(HasSubstr("3 of 4 molecules have the same scaffold 'a'")));
}

}  // namespace
}  // namespace plstm::test
