// plstm-mol fingerprint: embeddings as a table and as a matrix.
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsNan;
using ::testing::SizeIs;
using ::testing::StartsWith;

class MolFingerprint : public MolProgram {
 protected:
  MolFingerprint() { train(" --ensemble-size 2 --no-report --no-baselines"); }

  // Rows of numbers of a .npy file with so many columns.
  std::vector<std::vector<float>> matrix(const std::string& name, std::size_t columns) const {
    const std::string file = read_text(path(name));
    std::vector<std::vector<float>> rows((file.size() - 128) / sizeof(float) / columns,
                                         std::vector<float>(columns));
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::memcpy(rows[i].data(), file.data() + 128 + i * columns * sizeof(float), columns * sizeof(float));
    return rows;
  }
  static std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream stream(line + ",");
    for (std::string each; std::getline(stream, each, ',');) fields.push_back(each);
    return fields;
  }
};

TEST_F(MolFingerprint, HasARowForEachMoleculeInOrder) {
  write("new.csv", "smiles,id,plate\nCCO,ethanol,1\nC1CC,broken,2\nOCC,again,3\nCCCN,amine,4\n");
  const Outcome r = run("fingerprint -i new.csv --id-column id --model-paths run");
  EXPECT_EQ(r.code, 0) << r.err;
  const std::vector<std::string> lines = lines_of(r.out);
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_THAT(lines[0], AllOf(StartsWith("row,smiles,id,fp_0,fp_1,"), ::testing::EndsWith(",fp_31,error")));
  const std::vector<std::string> ethanol = fields_of(lines[1]), broken = fields_of(lines[2]),
                                 again = fields_of(lines[3]), amine = fields_of(lines[4]);
  ASSERT_THAT(ethanol, SizeIs(3 + 32 + 1));
  EXPECT_EQ(ethanol[1], "CCO");
  EXPECT_EQ(again[2], "again");
  for (std::size_t i = 3; i < 35; ++i) EXPECT_EQ(ethanol[i], again[i]) << "one molecule, written in two ways";
  EXPECT_NE(std::vector(ethanol.begin() + 3, ethanol.end()), std::vector(amine.begin() + 3, amine.end()));
  EXPECT_EQ(broken[3], "");
  EXPECT_THAT(lines[2], HasSubstr("C1CC"));
  EXPECT_THAT(r.err, HasSubstr("1 of 4 rows are bad, see the error column"));
}

TEST_F(MolFingerprint, MatrixHasTheSameNumbers) {
  write("new.csv", "smiles\nCCO\nC1CC\nCCCN\n");
  const Outcome r = run("fingerprint -i new.csv --model-paths run -o out.npy");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("3 rows of 32 values, of 2 networks, written to out.npy"));
  EXPECT_THAT(r.err, HasSubstr("1 of 3 rows are bad; their rows of the matrix are nan"));
  EXPECT_THAT(read_text(path("out.npy")), HasSubstr("'shape': (3, 32)"));
  const std::vector<std::vector<float>> rows = matrix("out.npy", 32);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[1], Each(IsNan()));
  const std::vector<std::string> lines = lines_of(run("fingerprint -i new.csv --model-paths run").out);
  for (const std::size_t row : {0u, 2u}) {
    const std::vector<std::string> fields = fields_of(lines[row + 1]);
    for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(std::stof(fields[3 + i]), rows[row][i]);
  }
  EXPECT_EQ(run("fingerprint -i new.csv --model-paths run --member 2 -o second.npy").code, 0);
  const std::vector<std::vector<float>> second = matrix("second.npy", 16);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(second[2][i], rows[2][16 + i]);
}

// More rows than are read at once.
TEST_F(MolFingerprint, PiecesAndThreadsDoNotMatter) {
  std::string text = "smiles\n";
  for (int i = 0; i < 2100; ++i) text += i % 2 == 0 ? "CCO\n" : "CCCN\n";
  write("long.csv", text);
  write("short.csv", "smiles\nCCO\nCCCN\n");
  EXPECT_EQ(run("fingerprint -i long.csv --model-paths run -o long.npy --threads 2").code, 0);
  EXPECT_EQ(run("fingerprint -i short.csv --model-paths run -o short.npy --threads 1").code, 0);
  const std::vector<std::vector<float>> expected = matrix("short.npy", 32), rows = matrix("long.npy", 32);
  ASSERT_THAT(rows, SizeIs(2100));
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], expected[i % 2]) << i;
  EXPECT_EQ(run("fingerprint -i long.csv --model-paths run -o again.npy --threads 1").code, 0);
  EXPECT_EQ(read_text(path("again.npy")), read_text(path("long.npy")));
}

TEST_F(MolFingerprint, WritesOtherPlacesAndKinds) {
  EXPECT_EQ(run("fingerprint --model-paths run -o out.csv.gz CCO").code, 0);
  EXPECT_THAT(shell("gzip -dc out.csv.gz").out, StartsWith("row,smiles,id,fp_0,"));
  const Outcome packed = run("fingerprint --model-paths run -o out.npy.gz CCO");
  EXPECT_EQ(packed.code, 2);
  EXPECT_THAT(packed.err, HasSubstr("leave .gz out"));
  const Outcome pipe =
      shell("ln -s /dev/stdout pipe.npy; $P fingerprint --model-paths run -o pipe.npy CCO | cat");
  EXPECT_THAT(pipe.err, HasSubstr("name an ordinary file"));
  const Outcome member = run("fingerprint --model-paths run --member 3 CCO");
  EXPECT_EQ(member.code, 2);
  EXPECT_THAT(member.err, HasSubstr("there are 2 networks"));
  EXPECT_EQ(run("fingerprint -i data.csv --model-paths run -o data.csv").code, 2)
      << "the input would be lost";
}

}  // namespace
}  // namespace plstm::test
