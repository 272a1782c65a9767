#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/reader.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/output_file.hpp>

#include "support/data_folders.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

constexpr const char* kMethanol =
    "methanol\n  test\n\n  2  1  0  0  0  0            999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.4000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM  "
    "END\n";

class MoleculeReaderTest : public ::testing::Test {
 protected:
  std::filesystem::path file(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  std::vector<MoleculeRecord> read(const char* name, const std::string& text,
                                   MoleculeReaderOptions options = {}) {
    MoleculeReader reader(file(name, text), std::move(options));
    names_ = reader.target_names();
    std::vector<MoleculeRecord> records = reader.next_chunk(1000);
    EXPECT_THAT(reader.next_chunk(1000), IsEmpty());
    return records;
  }

  test::TemporaryFolder folder_;
  std::vector<std::string> names_;
};

TEST_F(MoleculeReaderTest, CsvWithTargets) {
  const auto records = read("a.csv", "smiles,y,z\nCCO,1.5,\nc1ccccc1, ,-2\n");
  EXPECT_THAT(names_, ElementsAre("y", "z"));
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].row, 1);
  EXPECT_EQ(records[0].line, 2);
  EXPECT_EQ(records[0].smiles, "CCO");
  EXPECT_EQ(records[0].error, "");
  EXPECT_THAT(records[0].targets, ElementsAre(1.5, 0.0));
  EXPECT_THAT(records[0].present, ElementsAre(1, 0));
  EXPECT_EQ(records[0].graph, featurize(parse_smiles("CCO")).graph);
  EXPECT_THAT(records[0].molecules, IsEmpty());
  EXPECT_THAT(records[1].targets, ElementsAre(0.0, -2.0));
  EXPECT_THAT(records[1].present, ElementsAre(0, 1));
}

TEST_F(MoleculeReaderTest, ColumnsAreChosenByName) {
  MoleculeReaderOptions options;
  options.smiles_column = "mol";
  options.id_column = "name";
  options.featurize.orientation = BondOrientation::kInputOrder;
  options.keep_molecules = true;
  auto records = read("a.tsv", "name\ty\tmol\tnote\nx 1\t2\tOCC\t3\n", options);
  EXPECT_THAT(names_, ElementsAre("y", "note"));
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].id, "x 1");
  EXPECT_EQ(canonical_smiles(records[0].molecules.front()), "CCO");
  EXPECT_EQ(records[0].graph, featurize(parse_smiles("OCC"), {BondOrientation::kInputOrder}).graph);

  options.target_columns = {"y"};
  EXPECT_THAT(read("a.tsv", "name\ty\tmol\tnote\nx\t2\tOCC\ttext\n", options)[0].targets, ElementsAre(2.0));
  options.target_columns = std::vector<std::string>();
  EXPECT_THAT(read("a.tsv", "name\ty\tmol\tnote\nx\tb\tOCC\ttext\n", options)[0].targets, IsEmpty());
}

TEST_F(MoleculeReaderTest, StandardisesBeforeAnythingSeesTheMolecule) {
  MoleculeReaderOptions options;
  options.featurize.standardize = kUsualStandardize;
  options.keep_molecules = true;
  const auto records = read("a.csv", "smiles,y\n[Na+].[O-]CC,1\nOCC,2\nC1CC,3\n", options);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].smiles, "[Na+].[O-]CC");
  EXPECT_EQ(records[0].standardized, "CCO");
  EXPECT_EQ(canonical_smiles(records[0].molecules.front()), "CCO");
  EXPECT_EQ(records[0].graph, featurize(parse_smiles("CCO")).graph);
  EXPECT_EQ(records[1].standardized, "");
  EXPECT_EQ(records[1].graph, records[0].graph);
  EXPECT_THAT(records[2].error, HasSubstr("C1CC"));
}

TEST_F(MoleculeReaderTest, AMoleculeThatCannotBeStandardisedIsABadRow) {
  MoleculeReaderOptions options;
  options.featurize.standardize = kUsualStandardize;
  std::string peptide;
  for (int i = 0; i < 80; ++i) peptide += "NCC(=O)";
  const auto records = read("a.csv", "smiles,y\n" + peptide + "O,1\nCCO,2\n", options);
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_THAT(records[0].error, HasSubstr("cannot be standardised"));
  EXPECT_EQ(records[1].error, "");
}

TEST_F(MoleculeReaderTest, CsvWithoutHeader) {
  MoleculeReaderOptions options;
  options.header = false;
  const auto records = read("a.csv", "CCO,1\nCC,2\n", options);
  EXPECT_THAT(names_, ElementsAre("2"));
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].line, 2);
  EXPECT_THAT(records[1].targets, ElementsAre(2.0));
}

TEST_F(MoleculeReaderTest, SmiFilesHaveNames) {
  const auto records = read("a.smi", "CCO ethyl  alcohol\nCC\n\nC\tmethane\n");
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_THAT(names_, IsEmpty());
  EXPECT_EQ(records[0].id, "ethyl alcohol");
  EXPECT_EQ(records[1].id, "");
  EXPECT_EQ(records[2].id, "methane");
  EXPECT_EQ(records[2].row, 3);
  EXPECT_EQ(records[2].line, 4);
  for (const auto& record : records) EXPECT_EQ(record.error, "");
}

TEST_F(MoleculeReaderTest, SmiFilesMayHaveTargets) {
  MoleculeReaderOptions options;
  options.target_columns = {"3"};
  const auto records = read("a.smi", "CCO a 1.5\nCC b\n", options);
  EXPECT_EQ(records[0].id, "a");
  EXPECT_THAT(records[0].targets, ElementsAre(1.5));
  EXPECT_EQ(records[1].error, "2 fields, so there is no column 3");
}

TEST_F(MoleculeReaderTest, SdFilesHavePropertiesAsTargets) {
  MoleculeReaderOptions options;
  options.target_columns = {"logS", "pKa"};
  const std::string text =
      std::string(kMethanol) + "> <logS>\n1.1\n\n> <code>\nM1\n\n$$$$\n" + kMethanol + "$$$$\n";
  auto records = read("a.sdf", text, options);
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].id, "methanol");
  EXPECT_THAT(records[0].targets, ElementsAre(1.1, 0.0));
  EXPECT_THAT(records[0].present, ElementsAre(1, 0));
  EXPECT_THAT(records[1].present, ElementsAre(0, 0));
  EXPECT_EQ(records[1].line, 16);
  EXPECT_EQ(records[1].graph, featurize(parse_smiles("CO")).graph);

  options.id_column = options.split_column = "code";
  records = read("a.SD", text, options);
  EXPECT_EQ(records[0].split, "M1");
  EXPECT_EQ(records[1].split, "");
  EXPECT_EQ(records[0].id, "M1");
  EXPECT_EQ(records[1].id, "");
}

TEST_F(MoleculeReaderTest, BadRowsAreKeptWithTheirErrors) {
  const auto path =
      file("a.csv", "smiles,y\nCC(,1\n,1\nCC,1,2\nCC\nCC,high\nCC,inf\nCC,1e999\nN(C)(C)(C)C,1\nCC,3\n");
  MoleculeReader reader(path);
  const auto records = reader.next_chunk(100);
  ASSERT_THAT(records, SizeIs(9));
  EXPECT_THAT(records[0].error, StartsWith("SMILES 'CC(': the parenthesis at character 3"));
  EXPECT_EQ(records[1].error, "SMILES '': it has no atoms");
  EXPECT_EQ(records[2].error, "3 fields, expected 2");
  EXPECT_EQ(records[3].error, "1 fields, expected 2");
  EXPECT_EQ(records[4].error, "target 'y': 'high' is not a number");
  EXPECT_EQ(records[5].error, "target 'y': 'inf' is not a finite number");
  EXPECT_EQ(records[6].error, "target 'y': '1e999' is out of range");
  EXPECT_THAT(records[7].error, HasSubstr("atom # 0 N"));
  EXPECT_EQ(records[8].error, "");
  EXPECT_EQ(records[8].graph.dag.num_nodes(), 2);
  EXPECT_EQ(records[0].graph.dag.num_nodes(), 0);
  EXPECT_EQ(reader.num_rows(), 9);
  EXPECT_EQ(reader.num_bad_rows(), 8);
  EXPECT_THAT(reader.first_error(), StartsWith("row 1 (line 2): SMILES 'CC(': "));
}

TEST_F(MoleculeReaderTest, MissingValuesOfOneTargetKeepTheRow) {
  const auto records =
      read("a.csv", "smiles,y,z\nC,NA,1\nC,nan,2\nC, N/A ,3\nC,NULL,4\nC,None,5\nC,-,6\nC,?,7\n");
  ASSERT_THAT(records, SizeIs(7));
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].error, "");
    EXPECT_THAT(records[i].present, ElementsAre(0, 1));
    EXPECT_THAT(records[i].targets, ElementsAre(0.0, static_cast<double>(i + 1)));
  }
}

TEST_F(MoleculeReaderTest, DecimalCommasAreReadBetweenSemicolonsAndTabs) {
  EXPECT_THAT(read("a.csv", "smiles;y\nC;1,234\nCC;-2\n")[0].targets, ElementsAre(1.234));
  EXPECT_THAT(read("a.csv", "smiles\ty\nC\t1,5\n")[0].targets, ElementsAre(1.5));
  EXPECT_THAT(read("a.tsv", "smiles\ty\nC\t1,234\n")[0].error,
              HasSubstr("target 'y': '1,234' can be read in two ways"));
}

TEST_F(MoleculeReaderTest, ColumnsWithoutANameAreNoTargets) {
  const auto records = read("a.csv", "smiles,y,\nC,1,\n");
  EXPECT_THAT(names_, ElementsAre("y"));
  EXPECT_THAT(records[0].targets, ElementsAre(1));
}

TEST_F(MoleculeReaderTest, TwoTargetsOfOneNameAreRefused) {
  const auto path = file("a.csv", "smiles,y,y\nC,1,2\n");
  EXPECT_THAT([&] { MoleculeReader reader(path); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("a.csv: line 1: two columns are named 'y'"),
                                             HasSubstr("--target-columns"))));
}

TEST_F(MoleculeReaderTest, FirstColumnWithoutSmilesIsNamed) {
  const auto path = file("a.csv", "ID,canonical_smiles,y\nCPD-1,C,1\nCPD-2,CC,2\n");
  MoleculeReader reader(path);
  EXPECT_THAT(
      [&] { reader.next_chunk(10); },
      ThrowsMessage<FileError>(AllOf(HasSubstr("a.csv: column 'ID', the first, holds no SMILES"),
                                     HasSubstr("--smiles-columns"), HasSubstr("'canonical_smiles'"))));
  MoleculeReader later(path);
  EXPECT_THAT(later.next_chunk(1), SizeIs(1));
  EXPECT_THAT(later.next_chunk(1), SizeIs(1));
  EXPECT_THROW(later.next_chunk(1), FileError);
}

TEST_F(MoleculeReaderTest, RowsThatAreBadForOtherReasonsAreNoReasonToStop) {
  EXPECT_THAT(read("a.csv", "smiles,y\nC,1,2\nC,high\n"), SizeIs(2));
  EXPECT_THAT(read("a.csv", "smiles,y\nCX,1\nC,high\n"), SizeIs(2));
  EXPECT_THAT(read("a.csv", "smiles\nCX\n"), SizeIs(1)) << "there is no other column";
  MoleculeReaderOptions options;
  options.smiles_column = "smiles";
  EXPECT_THAT(read("a.csv", "smiles,y\nCX,1\n", options), SizeIs(1)) << "the user chose it";
}

TEST_F(MoleculeReaderTest, MoleculeInPlaceOfTheHeaderIsRefused) {
  for (const char* text : {"CCO,2.1\nCC,1\n", "CCO\nCC\n", "CCO,NA,3\nCC,1,2\n"}) {
    const auto path = file("a.csv", text);
    EXPECT_THAT([&] { MoleculeReader reader(path); },
                ThrowsMessage<FileError>(AllOf(HasSubstr("a.csv: line 1: "), HasSubstr("--no-header-row"))))
        << text;
  }
  MoleculeReaderOptions options;
  options.header = true;
  EXPECT_THAT(read("a.csv", "CCO\nCC\n", options), SizeIs(1)) << "the caller says that it is a header";
  EXPECT_THAT(read("a.csv", "SMILES,y\nCC,1\n"), SizeIs(1));
  EXPECT_THAT(read("a.csv", "Cn,y\nCC,1\n"), SizeIs(1))
      << "a name that reads as a molecule, before another name";
}

TEST_F(MoleculeReaderTest, TargetsAreTextsOnDemand) {
  MoleculeReaderOptions options;
  options.text_targets = {1};
  const auto records = read("a.csv", "smiles,y\nC,active\nCC,NA\n", options);
  EXPECT_THAT(records[0].target_texts, ElementsAre("active"));
  EXPECT_THAT(records[0].present, ElementsAre(1));
  EXPECT_THAT(records[1].present, ElementsAre(0));
  EXPECT_EQ(records[0].error + records[1].error, "");
}

TEST_F(MoleculeReaderTest, NumbersMayBeBounds) {
  const std::string text = "smiles;y;z\nC;> 1,5;2\nCC;<=3;≥4\nCCC;5;<NA>\nCCCC;>x;1\n";
  MoleculeReaderOptions options;
  options.bounds = true;
  const auto records = read("a.csv", text, options);
  EXPECT_THAT(records[0].targets, ElementsAre(1.5, 2)) << "a decimal comma";
  EXPECT_THAT(records[0].bounds, ElementsAre(1, 0));
  EXPECT_THAT(records[0].present, ElementsAre(0, 1));
  EXPECT_THAT(records[1].bounds, ElementsAre(-1, 1));
  EXPECT_THAT(records[1].targets, ElementsAre(3, 4));
  EXPECT_THAT(records[2].present, ElementsAre(1, 0));
  EXPECT_THAT(records[2].bounds, ElementsAre(0, 0)) << "<NA> is missing";
  EXPECT_THAT(records[3].error, HasSubstr("target 'y': 'x' is not a number"));
  EXPECT_THAT(read("a.csv", text)[0].error, HasSubstr("'>1.5' is not a number"));
}

TEST_F(MoleculeReaderTest, EachTargetIsATextOrANumber) {
  MoleculeReaderOptions options;
  options.text_targets = {0, 1};
  const auto records = read("a.csv", "smiles,y,z\nC,1.5,active\nCC,active,2\n", options);
  EXPECT_THAT(records[0].targets, ElementsAre(1.5, 0));
  EXPECT_THAT(records[0].present, ElementsAre(1, 1));
  EXPECT_EQ(records[0].target_texts[1], "active");
  EXPECT_THAT(records[1].error, HasSubstr("target 'y': 'active' is not a number"));
}

TEST_F(MoleculeReaderTest, AWeightIsANumberFromZeroOn) {
  MoleculeReaderOptions options;
  options.weight_column = "w";
  const auto records = read("a.csv", "smiles;y;w\nC;1;0,25\nC(;2;\nCC;3;7\n", options);
  EXPECT_EQ(records[0].weight, 0.25) << "a decimal comma";
  EXPECT_EQ(records[1].weight, 1) << "a bad row";
  EXPECT_EQ(records[2].weight, 7);
  EXPECT_THAT(records[0].targets, ElementsAre(1));
  for (const char* weight : {"", "NA", "-1", "x", "inf", "nan", "1e31"}) {
    const auto path = file("a.csv", std::string("smiles,w,y\nC,1,2\nCC,") + weight + ",3\n");
    MoleculeReader reader(path, options);
    EXPECT_THAT([&] { reader.next_chunk(10); },
                ThrowsMessage<FileError>(HasSubstr(std::string("row 2 (line 3): the weight '") + weight +
                                                   "' (column 'w') is no number from 0 to 1e+30")));
  }
  options.weight_column = "v";
  const auto path = file("a.csv", "smiles,y\nC,1\n");
  EXPECT_THROW(MoleculeReader(path, options), FileError);
}

TEST_F(MoleculeReaderTest, EverySdRecordHasARow) {
  MoleculeReaderOptions options;
  options.target_columns = {"y"};
  const std::string broken = "broken\n\n\nno counts\nM  END\n$$$$\n";
  const auto records = read(
      "a.sdf", broken + kMethanol + "> <y>\n\n1\n\n$$$$\n" + kMethanol + "> <y>\n2\n\n" + kMethanol, options);
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_THAT(records[0].error, StartsWith("mol block 'broken': "));
  EXPECT_THAT(records[1].error, HasSubstr("property 'y': a blank line ends its value before '1'"));
  EXPECT_EQ(records[2].error + records[3].error, "");
  EXPECT_THAT(records[2].targets, ElementsAre(2));
}

TEST_F(MoleculeReaderTest, TargetsKeepTheirDigits) {
  EXPECT_THAT(read("a.csv", "smiles,y\nC,-40499.97872\n")[0].targets, ElementsAre(-40499.97872));
}

TEST_F(MoleculeReaderTest, BadSdRecordsAreKeptWithTheirErrors) {
  std::string strange = kMethanol;
  strange.replace(strange.find(" O  "), 3, " Zz");
  MoleculeReaderOptions options;
  options.target_columns = {"y"};
  const auto records = read(
      "a.sdf", kMethanol + ("$$$$\n" + strange) + "$$$$\ncut\n\n\n$$$$\n" + kMethanol + "> <y>\nx\n\n$$$$\n",
      options);
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0].error, "");
  EXPECT_THAT(records[1].error, StartsWith("mol block 'methanol': "));
  EXPECT_THAT(records[2].error, StartsWith("mol block 'cut': "));
  EXPECT_EQ(records[3].error, "target 'y': 'x' is not a number");
}

TEST_F(MoleculeReaderTest, StrictThrowsAtTheFirstBadRow) {
  const auto path = file("a.csv", "smiles,y\nCC,1\nCX,2\nCC(,3\n");
  MoleculeReaderOptions options;
  options.strict = true;
  MoleculeReader reader(path, options);
  EXPECT_THAT(reader.next_chunk(1), SizeIs(1));
  EXPECT_THAT([&] { reader.next_chunk(10); },
              ThrowsMessage<MoleculeError>(
                  StartsWith(path.string() + ": row 2 (line 3): SMILES 'CX': 'X' at character 2")));
}

TEST_F(MoleculeReaderTest, KeepsTheFieldsOfFurtherColumns) {
  MoleculeReaderOptions options;
  options.kind = "csv";
  options.id_column = "id";
  options.target_columns = {"y"};
  options.keep_fields = true;
  MoleculeReader reader(file("a.txt", "note,smiles_,id,y,\n\"a, b\",CC,m1,1,x\n,CX,m2,2\n"), [&] {
    options.smiles_column = "smiles_";
    return options;
  }());
  EXPECT_THAT(reader.field_names(), ElementsAre("note", "y", ""));
  const std::vector<MoleculeRecord> records = reader.next_chunk(10);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0].fields, ElementsAre("a, b", "1", "x"));
  EXPECT_FALSE(records[1].error.empty());
  EXPECT_THAT(records[1].fields, ElementsAre("", "2", "")) << "a bad row keeps its fields";
}

TEST_F(MoleculeReaderTest, ListsAreValuesOfAtoms) {
  MoleculeReaderOptions options;
  options.level = Readout::kNode;
  options.target_columns = {"a", "b"};
  const std::string text =
      "smiles,a,b\nCO,\"[0.5, -1]\",1;nan\n[H]OC,NA,9 2 3\nCCO,[1 2],1 2 3\nC,2.5,x\nCC,\"[1, >2]\",1 1\n";
  const auto records = read("a.csv", text, options);
  ASSERT_THAT(records, SizeIs(5));
  EXPECT_THAT(records[0].thing_targets, ElementsAre(0.5, 1, -1, IsNan()));
  EXPECT_THAT(records[0].present, ElementsAre(0, 0)) << "no value is that of the molecule";
  EXPECT_THAT(records[1].thing_targets, ElementsAre(IsNan(), 2, IsNan(), 3));
  EXPECT_THAT(records[1].things->symbols, ElementsAre("O", "C"));
  EXPECT_EQ(records[2].error, "target 'a': 2 values for 3 atoms");
  EXPECT_EQ(records[3].error, "target 'b': value 1: 'x' is not a number");
  EXPECT_EQ(records[4].error, "target 'a': value 2: '>2' is not a number");
  options.text_targets = {1};
  options.level = Readout::kEdge;
  options.target_columns = {"a"};
  const auto words = read("b.csv", "smiles,a\nC=CO,[double; single]\nC,[]\n", options);
  EXPECT_THAT(words[0].thing_texts, ElementsAre("double", "single"));
  EXPECT_THAT(words[1].thing_texts, IsEmpty());
  EXPECT_EQ(words[1].error, "");
}

TEST_F(MoleculeReaderTest, SdFilesHaveListsOfProperties) {
  MoleculeReaderOptions options;
  options.level = Readout::kNode;
  options.target_columns = {"charge", "atom.iprop.rank", "label"};
  options.text_targets = {0, 0, 1};
  const std::string text = std::string(kMethanol) +
                           ">  <atom.dprop.charge>  (1)\n0.25\n-0.25\n\n>  <atom.iprop.rank>\n[?] ? 7\n\n"
                           ">  <atom.prop.label>\nC1 n/a\n\n$$$$\n";
  const auto records = read("a.sdf", text, options);
  ASSERT_EQ(records[0].error, "");
  EXPECT_THAT(records[0].thing_targets, ElementsAre(0.25, IsNan(), IsNan(), -0.25, 7, IsNan()));
  EXPECT_THAT(records[0].thing_texts, ElementsAre("", "", "C1", "", "", ""));
  options.level = Readout::kEdge;
  options.target_columns = {"order"};
  options.text_targets = {};
  const auto bonds = read("b.sdf", std::string(kMethanol) + ">  <bond.dprop.order>\n1.5\n\n$$$$\n", options);
  EXPECT_THAT(bonds[0].thing_targets, ElementsAre(1.5));
}

TEST_F(MoleculeReaderTest, ValuesOfAtomsForbidStandardising) {
  MoleculeReaderOptions options;
  options.level = Readout::kNode;
  options.featurize.standardize.charges = true;
  EXPECT_THAT([&] { read("a.csv", "smiles,a\nC,1\n", options); },
              ThrowsMessage<ConfigError>(HasSubstr("cannot be standardised")));
}

TEST_F(MoleculeReaderTest, FilesThatCannotBeRead) {
  const auto error = [&](const char* name, const std::string& text, MoleculeReaderOptions options = {}) {
    try {
      MoleculeReader reader(file(name, text), std::move(options));
    } catch (const FileError& failure) {
      return std::string(failure.what());
    }
    return std::string();
  };
  EXPECT_THAT(error("a.csv.bz2", "x"), HasSubstr("only those of gzip"));
  EXPECT_THAT(error("a.xyz", "x"), HasSubstr("expected the ending .csv, .tsv, .smi, .sdf or .sd"));
  EXPECT_THAT(error("a.csv", ""), HasSubstr("a.csv: the file has no rows"));
  EXPECT_THAT(error("a.smi", "\n"), HasSubstr("the file has no rows"));
  EXPECT_THAT(error("a.sdf", ""), HasSubstr("the file has no records"));
  EXPECT_THAT(error("a.sdf", "smiles,y\nCC,1\n"), HasSubstr("is not an SD file"));
  MoleculeReaderOptions options;
  options.target_columns = {"logS"};
  EXPECT_THAT(error("a.csv", "smiles,y\n", options),
              HasSubstr("there is no column 'logS'; the columns are 'smiles' 'y'"));
  EXPECT_THROW(MoleculeReader(folder_ / "absent.csv"), FileError);
  std::filesystem::create_directory(folder_ / "folder.csv");
  EXPECT_THROW(MoleculeReader(folder_ / "folder.csv"), FileError);
  MoleculeReader reader(file("ok.csv", "smiles\nC\n"));
  EXPECT_THROW(reader.next_chunk(0), ConfigError);
}

TEST_F(MoleculeReaderTest, SaysHowMuchOfTheFileIsDone) {
  std::string text = "smiles,y\n";
  for (int i = 0; i < 999; ++i) text += "CCO,1.5\n";
  MoleculeReader reader(file("a.csv", text));
  for (const double done : {0.2, 0.4, 0.6, 0.8, 1.0}) {
    ASSERT_THAT(reader.next_chunk(200), Not(IsEmpty()));
    ASSERT_TRUE(reader.share_read().has_value());
    EXPECT_NEAR(*reader.share_read(), done, 0.01) << "buffers must not count as done";
  }
}

TEST_F(MoleculeReaderTest, ChunksAndThreadsDoNotMatter) {
  std::string text = "smiles,y\n";
  const std::vector<std::string> smiles{"CCO", "c1ccccc1O", "N[C@@H](C)C(=O)O",
                                        "CC(", "F/C=C/F",   "C[C@H]1CC[C@@H](O)CC1"};
  for (int i = 0; i < 200; ++i) text += smiles[static_cast<std::size_t>(i) % smiles.size()] + ",1\n";
  const std::vector<MoleculeRecord> expected = read("a.csv", text);
  ASSERT_THAT(expected, SizeIs(200));
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    MoleculeReader reader(folder_ / "a.csv");
    std::size_t i = 0;
    for (auto chunk = reader.next_chunk(7); !chunk.empty(); chunk = reader.next_chunk(7)) {
      ASSERT_LE(chunk.size(), 7u);
      for (const MoleculeRecord& record : chunk) {
        EXPECT_EQ(record.row, expected[i].row);
        EXPECT_EQ(record.graph, expected[i].graph);
        EXPECT_EQ(record.error, expected[i].error);
        ++i;
      }
    }
    EXPECT_EQ(i, expected.size());
    EXPECT_EQ(reader.num_bad_rows(), 33);
  }
}

TEST_F(MoleculeReaderTest, RealFiles) {
  const auto folder = test::rdkit_data_dir();
  if (!folder) GTEST_SKIP() << "rdkit-data is not installed (set RDBASE)";
  MoleculeReader smi(*folder / "Data" / "NCI" / "first_5K.smi");
  while (!smi.next_chunk(512).empty()) {
  }
  EXPECT_EQ(smi.num_rows(), 4999);
  EXPECT_EQ(smi.num_bad_rows(), 6);
  MoleculeReader sdf(*folder / "Data" / "NCI" / "first_200.props.sdf");
  while (!sdf.next_chunk(64).empty()) {
  }
  EXPECT_EQ(sdf.num_rows(), 200);
  EXPECT_EQ(sdf.num_bad_rows(), 0);
}

TEST_F(MoleculeReaderTest, ColumnsBesideTheMolecule) {
  MoleculeReaderOptions options;
  options.featurize.columns = {"t", "c"};
  const auto records =
      read("a.csv", "smiles,t,y,c\nCCO,300.5,1,2\nCC,NA,2,1\nCO,hot,3,1\nCN,> 3,3,1\n", options);
  EXPECT_THAT(names_, ElementsAre("y")) << "a column beside the molecule is no target";
  EXPECT_THAT(records[0].columns, ElementsAre(300.5, 2));
  EXPECT_THAT(records[0].graph.graph_values, ElementsAre(300.5, 2));
  EXPECT_TRUE(std::isnan(records[1].columns[0]));
  EXPECT_EQ(records[2].error, "column 't': 'hot' is not a number");
  EXPECT_THAT(records[3].error, HasSubstr("column 't'"));
  const auto german = read("b.csv", "smiles;t;c;y\nCCO;300,5;1;2,5\n", options);
  EXPECT_EQ(german[0].columns[0], 300.5);
  options.featurize.columns = {"2", "3"};
  const auto plain = read("c.smi", "CCO 300 2\n", options);
  EXPECT_THAT(plain[0].columns, ElementsAre(300, 2));
  EXPECT_EQ(plain[0].id, "");
}

TEST_F(MoleculeReaderTest, ColumnsBesideTheMoleculeMustBeThere) {
  const auto message = [&](const char* name, const std::string& text, MoleculeReaderOptions options) {
    try {
      read(name, text, std::move(options));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  MoleculeReaderOptions options;
  options.featurize.columns = {"t"};
  EXPECT_THAT(message("a.csv", "smiles,y\nC,1\n", options),
              AllOf(HasSubstr("a.csv"), HasSubstr("no column 't'"), HasSubstr("--descriptors-columns")));
  const std::string record = std::string(kMethanol) + ">  <temp>\n300\n\n$$$$\n";
  EXPECT_THAT(message("a.sdf", record, options),
              AllOf(HasSubstr("a.sdf"), HasSubstr("no record has the property 't'"), HasSubstr("'temp'")));
  options.featurize.columns = {"temp"};
  EXPECT_EQ(read("a.sdf", record + kMethanol + "$$$$\n", options)[0].columns[0], 300);
  options.target_columns = {"temp"};
  EXPECT_THAT(message("a.sdf", record, options), HasSubstr("'temp' is a target"));
  options.target_columns.reset();
  options.featurize.columns = {"y", "y"};
  EXPECT_THAT(message("a.csv", "smiles,y\nC,1\n", options), HasSubstr("names 'y' twice"));
}

TEST_F(MoleculeReaderTest, SeveralMoleculesARow) {
  MoleculeReaderOptions options;
  options.smiles_column = "solute";
  options.further_smiles_columns = {"solvent"};
  options.featurize.molecules = {"solute", "solvent"};
  options.keep_molecules = true;
  options.keep_fields = true;
  const auto records = read("a.csv", "solute,y,solvent\nCCO,1,O\nCCO,2,C1CC\nOops,2,O\n", options);
  EXPECT_THAT(names_, ElementsAre("y"));
  EXPECT_EQ(records[0].smiles, "CCO.O");
  EXPECT_THAT(records[0].molecules, SizeIs(2));
  EXPECT_EQ(records[0].graph.dag.num_nodes(), 4);
  EXPECT_THAT(records[0].fields, ElementsAre("CCO", "1", "O"));
  EXPECT_THAT(records[1].error, StartsWith("solvent: "));
  EXPECT_THAT(records[2].error, StartsWith("solute: "));
  options.further_smiles_columns.clear();
  EXPECT_THROW(read("a.csv", "solute,y,solvent\nCCO,1,O\n", options), FileError);
  options.further_smiles_columns = {"nothing"};
  EXPECT_THAT([&] { read("a.csv", "solute,y,solvent\nCCO,1,O\n", options); },
              ThrowsMessage<FileError>(HasSubstr("no column 'nothing'")));
  options.further_smiles_columns = {"solvent"};
  EXPECT_THAT([&] { read("a.sdf", std::string(kMethanol) + "$$$$\n", options); },
              ThrowsMessage<FileError>(HasSubstr("a record of an SD file is one molecule")));
}

TEST_F(MoleculeReaderTest, GoesOnAtAPlaceOfPlainAndCompressedFiles) {
  std::string text = "smiles,temperature\n";
  for (int i = 0; i < 30; ++i)
    text += std::string(static_cast<std::size_t>(1 + i), 'C') + ",\"" + std::to_string(i) + ",5\"\n";
  MoleculeReaderOptions options;
  options.target_columns = std::vector<std::string>{};
  options.featurize.columns = {"temperature"};
  const auto plain = file("t.csv", text);
  {
    OutputFile packed(folder_ / "t.csv.gz");
    packed.stream() << text;
    packed.commit();
  }
  for (const auto& path : {plain, folder_ / "t.csv.gz"}) {
    MoleculeReader reader(path, options), sent(path, options);
    EXPECT_EQ(reader.skip(20), 20);
    const MoleculePlace place = reader.place();
    EXPECT_TRUE(place.numbers.comma);  // and a number with a point is refused behind it
    sent.go_to(place);
    EXPECT_EQ(sent.place(), place);
    for (MoleculeReader* each : {&reader, &sent}) {
      const auto records = each->next_chunk(100);
      ASSERT_THAT(records, SizeIs(10));
      EXPECT_EQ(records[0].row, 21);
      EXPECT_EQ(records[0].line, 22);
      EXPECT_THAT(records[0].columns, ElementsAre(20.5));
      EXPECT_EQ(each->skip(1), 0);
    }
  }
}

TEST_F(MoleculeReaderTest, CompressedFilesCannotGoBackAfterManyBytes) {
  std::string text = "smiles,id\n";
  for (int i = 0; i < 40000; ++i) text += "CCO,name" + std::to_string(i) + "\n";
  {
    OutputFile packed(folder_ / "t.csv.gz");
    packed.stream() << text;
    packed.commit();
  }
  for (const auto& path : {file("t.csv", text), folder_ / "t.csv.gz"}) {
    MoleculeReaderOptions options;
    options.id_column = "id";
    MoleculeReader reader(path, options);
    reader.skip(10);
    const MoleculePlace early = reader.place();
    EXPECT_EQ(reader.skip(35000), 35000);
    EXPECT_EQ(reader.next_chunk(1)[0].id, "name35010");
    if (path.extension() == ".gz") {
      EXPECT_THAT([&] { reader.go_to(early); }, ThrowsMessage<FileError>(HasSubstr("t.csv.gz")));
    } else {
      reader.go_to(early);
      EXPECT_EQ(reader.next_chunk(1)[0].id, "name10");
    }
  }
}

}  // namespace
}  // namespace plstm
