#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <plstm/chem/duplicates.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule_table.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
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

TEST_F(MoleculeTableTest, AtomsHaveNumbersAndLabels) {
  write("smiles,a,b\nCO,\"[1, 2]\",yes;no\nC(,[1],yes\nCC,\"[nan, 4]\",no;NA\nN,5,maybe\n");
  MoleculeTableOptions options;
  options.reading.level = Readout::kNode;
  options.labels = {std::nullopt, LabelMap({"no", "yes"})};
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.thing_targets[0], ElementsAre(1, 1, 2, 0));
  EXPECT_THAT(table.thing_targets[1], IsEmpty());
  EXPECT_THAT(table.thing_targets[2], ElementsAre(IsNan(), 0, 4, IsNan()));
  EXPECT_THAT(table.errors[3], HasSubstr("target 'b': 'maybe' is no label"));
  EXPECT_THAT(table.thing_targets[3], IsEmpty());
  EXPECT_EQ(table.things[0].num_rows(), 2u);
  EXPECT_EQ(table.things[1].num_rows(), 0u);
  EXPECT_EQ(table.num_bad_rows(), 2);
  EXPECT_THAT(table.present, Each(0));
  options.labels = {};
  options.label_kinds = {std::nullopt, LabelKind::kClasses};
  const MoleculeTable inferred = read_molecule_table(path, options);
  EXPECT_THAT(inferred.labels[1]->names(), ElementsAre("maybe", "no", "yes"));
  EXPECT_THAT(inferred.thing_targets[3], ElementsAre(5, 0));
  write("smiles,a\nCO,\"[nan, nan]\"\n");
  MoleculeTableOptions empty;
  empty.reading.level = Readout::kNode;
  EXPECT_THAT(
      [&] { read_molecule_table(path, empty); },
      ThrowsMessage<FileError>(AllOf(HasSubstr("'a' has no value"), HasSubstr("--atom-target-columns"))));
}

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
  std::vector<std::int64_t> rows_read;
  MoleculeTableOptions options;
  options.on_rows = [&](std::int64_t rows, std::optional<double> share) {
    rows_read.push_back(rows);
    EXPECT_TRUE(share.has_value());
  };
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(rows_read, ElementsAre(4096, 5000));
  ASSERT_EQ(table.num_rows(), 5000);
  for (std::size_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(table.targets[i], static_cast<double>(i));
    ASSERT_EQ(table.graphs[i].graph.dag.num_nodes(), i % 2 == 0 ? 1 : 2);
  }
}

TEST_F(MoleculeTableTest, ALaterNumberTellsHowTheFirstAreWritten) {
  write("smiles,y\nC,\"2,128\"\nCC,\"1,776\"\nCCC,\"1,7\"\nCCCC,\"2,052\"\n");
  EXPECT_THAT(read_molecule_table(path, {}).targets, ElementsAre(2.128, 1.776, 1.7, 2.052));
  write("smiles,y\nC,\"2,128\"\nCC,1.7\n");
  const MoleculeTable table = read_molecule_table(path, {});
  EXPECT_THAT(table.errors[0], HasSubstr("can be read in two ways"));
  EXPECT_EQ(table.errors[1], "");
}

TEST_F(MoleculeTableTest, RefusesAFileWithoutAUsableRow) {
  write("smiles,a\nC(,2\n");
  EXPECT_THAT([&] { read_molecule_table(path); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(path.string()), HasSubstr("holds no SMILES"))));
}

TEST_F(MoleculeTableTest, LabelsBecomeClasses) {
  write("smiles,a,b\nC,active,1\nCC,Inactive,3\nCCC,NA,5\nC(,active,9\nCCCC,active,1\n");
  MoleculeTableOptions options;
  options.label_kinds = {LabelKind::kClasses};
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.targets, ElementsAre(0, 0, 1, 1, 0, 2, 0, 0, 0, 0));
  EXPECT_THAT(table.present, ElementsAre(1, 1, 1, 1, 0, 1, 0, 0, 1, 1));
  ASSERT_THAT(table.labels, SizeIs(2));
  EXPECT_THAT(table.labels[0]->names(), ElementsAre("active", "Inactive"));
  EXPECT_THAT(table.labels[1]->names(), ElementsAre("1", "3", "5")) << "the label of a bad row is no class";
}

TEST_F(MoleculeTableTest, NumbersStandBesideLabels) {
  write("smiles,a,b,c\nC,1.5,yes,red\nCC,x,no,blue\nCCC,2.5,NA,green\nCCCC,-1,no,red\n");
  MoleculeTableOptions options;
  options.label_kinds = {std::nullopt, LabelKind::kYesNo, LabelKind::kClasses};
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.targets, ElementsAre(1.5, 1, 1, 0, 0, 0, 2.5, 0, 0, -1, 0, 1));
  EXPECT_THAT(table.present, ElementsAre(1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1));
  EXPECT_THAT(table.errors[1], HasSubstr("target 'a': 'x' is not a number"));
  ASSERT_THAT(table.labels, SizeIs(3));
  EXPECT_FALSE(table.labels[0].has_value());
  EXPECT_THAT(table.labels[2]->names(), ElementsAre("green", "red")) << "the label of a bad row is no class";
  options.label_kinds.pop_back();
  EXPECT_THAT([&] { read_molecule_table(path, options); },
              ThrowsMessage<ConfigError>(
                  HasSubstr("2 kinds of targets (--task-type) for the 3 targets 'a' 'b' 'c'")));
}

TEST_F(MoleculeTableTest, BoundsStandBesideNumbers) {
  write("smiles,a,b\nC,>1.5,no\nCC,2,yes\nCCC,<3,perhaps\n");
  MoleculeTableOptions options;
  options.reading.bounds = true;
  options.labels = {std::nullopt, LabelMap({"no", "yes"})};
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.bounds, ElementsAre(1, 0, 0, 0, 0, 0)) << "none of a bad row";
  EXPECT_THAT(table.targets, ElementsAre(1.5, 0, 2, 1, 0, 0));
  EXPECT_THAT(table.present, ElementsAre(0, 1, 1, 1, 0, 0));
  write("smiles,a\nC,1\n");
  options.labels.clear();
  EXPECT_THAT(read_molecule_table(path, options).bounds, IsEmpty());
}

TEST_F(MoleculeTableTest, RowsHaveWeights) {
  write("smiles,w,a\nC,2,1\nC(,,2\nCC,0,3\n");
  MoleculeTableOptions options;
  EXPECT_THAT(read_molecule_table(path, options).weights, IsEmpty());
  options.reading.weight_column = "w";
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.target_names, ElementsAre("a")) << "a weight is no target";
  EXPECT_THAT(table.weights, ElementsAre(2, 1, 0)) << "a bad row needs no weight";
}

TEST_F(MoleculeTableTest, LabelsOfAModelMakeOtherLabelsErrors) {
  write("smiles,a\nC,yes\nCC,perhaps\nCCC,no\n");
  MoleculeTableOptions options;
  options.labels = {LabelMap({"no", "yes"})};
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.targets, ElementsAre(1, 0, 0));
  EXPECT_THAT(table.present, ElementsAre(1, 0, 1));
  EXPECT_THAT(table.errors[1], HasSubstr("'perhaps' is no label"));
  EXPECT_EQ(table.graphs[1].graph.dag.num_nodes(), 0);
  options.reading.strict = true;
  EXPECT_THAT([&] { read_molecule_table(path, options); },
              ThrowsMessage<FileError>(HasSubstr("row 2 (line 3): target 'a': 'perhaps'")));
  options.labels.push_back(options.labels.front());
  EXPECT_THROW(read_molecule_table(path, options), ConfigError);
}

TEST_F(MoleculeTableTest, NamesEqualMoleculesAlike) {
  write("smiles\nOCC\nC(\nCCO\n[CH3:1][CH2:2]O\nCCC\n");
  MoleculeTableOptions options;
  options.molecules = true;
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.molecules, ElementsAre("CCO", "", "CCO", "CCO", "CCC"));
}

TEST_F(MoleculeTableTest, ATargetWithoutAValueIsAnError) {
  write("smiles,a,b\nC,1,NA\nCC,2,-\n");
  EXPECT_THAT([&] { read_molecule_table(path); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("target 'b' has no value in any of its 2 usable rows"),
                                             HasSubstr("the file has 'smiles' 'a' 'b'"))));
}

TEST_F(MoleculeTableTest, KeepsWhatAColumnSaysOfTheSplit) {
  write("smiles,set,y\nC,train,1\nxx,val,2\nCO,,3\n");
  MoleculeTableOptions options;
  options.reading.split_column = "set";
  const MoleculeTable table = read_molecule_table(path, options);
  EXPECT_THAT(table.target_names, ElementsAre("y"));
  EXPECT_THAT(table.splits, ElementsAre("train", "val", ""));
  options.reading.split_column = "other";
  EXPECT_THROW(read_molecule_table(path, options), FileError);
}

TEST(RowsOfEqualTexts, ArePositions) {
  const std::vector<std::string> texts{"a", "b", "a", "c", "b", "a"};
  EXPECT_THAT(rows_of_equal_texts(std::vector<std::int32_t>{1, 2, 4, 5}, texts),
              ElementsAre(ElementsAre(0, 2), ElementsAre(1, 3)));
}

TEST(RandomMoleculeSplit, KeepsEqualMoleculesTogether) {
  std::vector<std::string> molecules;
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < 100; ++row) {
    molecules.push_back("molecule " + std::to_string(row % 40));
    if (row % 7 != 0) rows.push_back(row);
  }
  const Split split = random_molecule_split(rows, molecules, {0.6, 0.2, 0.2}, 1);
  EXPECT_EQ(split.train.size() + split.validation.size() + split.test.size(), rows.size());
  EXPECT_THAT(split.test, SizeIs(Gt(0u)));
  EXPECT_THAT(molecules_in_both(molecules, split.train, split.test), IsEmpty());
  EXPECT_THAT(molecules_in_both(molecules, split.train, split.validation), IsEmpty());
  EXPECT_NE(split, random_molecule_split(rows, molecules, {0.6, 0.2, 0.2}, 2));
}

TEST(RandomMoleculeSplit, IsARandomSplitOfDifferentMolecules) {
  const std::vector<std::string> molecules{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  const std::vector<std::int32_t> rows{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(random_molecule_split(rows, molecules, {}, 3), random_split(10, {}, 3));
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
