#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

// The commands that README and the guide for chemists show.
namespace plstm::test {
namespace {

using ::testing::HasSubstr;

// Lines of the shell blocks that call one of our programs, without their comments.
std::vector<std::string> commands_of(const char* document) {
  std::vector<std::string> commands;
  bool in_block = false;
  for (std::string line : lines_of(read_text(std::filesystem::path(PLSTM_SOURCE_DIR) / document))) {
    if (line.starts_with("```")) in_block = line == "```sh";
    if (!in_block || !line.starts_with("plstm-")) continue;
    line = line.substr(0, line.find(" #"));
    commands.push_back(line);
  }
  return commands;
}

class Readme : public MolProgram {
 protected:
  void write_alcohols() const {
    std::string text = "smiles,logS\n";
    for (int i = 1; i <= 30; ++i) {
      text += std::string(static_cast<std::size_t>(1 + i / 3), 'C') +
              (i % 3 == 0   ? "O"
               : i % 3 == 1 ? "N"
                            : "c1ccccc1") +
              "," + std::to_string(i) + "\n";
    }
    write("data.csv", text);
    write("new.csv", "smiles\nCCO\n");
  }
  void expect_success(const std::string& command) const {
    const std::string quickly = command.starts_with("plstm-mol train") ? small() + " --ensemble-size 1" : "";
    const Outcome r = run(command.substr(std::string("plstm-mol ").size()) + quickly);
    EXPECT_EQ(r.code, 0) << command << "\n" << r.err;
  }
};

TEST_F(Readme, CommandsOfPlstmMolWorkOneAfterTheOther) {
  write_alcohols();
  int count = 0;
  for (const std::string& command : commands_of("README.md")) {
    if (!command.starts_with("plstm-mol ")) continue;
    ++count;
    expect_success(command);
  }
  EXPECT_GE(count, 3) << "README shows none of them any more?";
}

// The table that the guide for chemists shows as the contents of a file.
std::string table_of(const char* document) {
  std::string table;
  bool in_block = false;
  for (const std::string& line : lines_of(read_text(std::filesystem::path(PLSTM_SOURCE_DIR) / document))) {
    if (in_block && line == "```") return table;
    if (in_block) table += line + "\n";
    in_block = in_block || line == "```csv";
  }
  return table;
}

TEST_F(Readme, EveryCommandOfTheGuideForChemistsWorks) {
  const char* columns[] = {",yes,red,1,2,>3", ",no,green,0,1,7.5", ",yes,blue,0,1,<=6", ",no,red,1,3,5.25"};
  std::string text = "smiles,logS,logP,toxic,colour,active,repeats,pIC50\n";
  for (int i = 0; i < 40; ++i) {
    const char* ends[] = {"O", "N", "c1ccccc1", "OC"};
    text += std::string(static_cast<std::size_t>(1 + i / 4), 'C') + ends[i % 4] + "," +
            std::to_string(i * 0.1) + "," + std::to_string(i % 7) + columns[i / 2 % 4] + "\n";
  }
  write("data.csv", text);
  write("new.csv", "smiles,activity\nCCO,5.5\nc1ccccc1,6.5\n");
  text = "smiles,charge,in_ring\n";
  for (int i = 0; i < 10; ++i) {
    text +=
        i % 2 == 0 ? "CCO,\"[-0.04, 0.04, -0.40]\",\"[0, 0]\"\n" : "C1CC1N,-0.03;-0.03;0.02;nan,1 1 0 1\n";
  }
  write("atoms.csv", text);
  text = "smiles,logS,temperature\n";
  for (int i = 0; i < 40; ++i) {
    text += std::string(static_cast<std::size_t>(1 + i % 10), 'C') + (i < 20 ? "O," : "N,") +
            std::to_string(i % 10 + i * 0.1) + "," + std::to_string(280 + i) + "\n";
  }
  write("solubility.csv", text);
  text = "solute,solvent,logS\n";
  for (int i = 0; i < 40; ++i) {
    text += std::string(static_cast<std::size_t>(1 + i % 10), 'C') + (i < 20 ? "O," : "N,") +
            (i % 3 == 0 ? "O," : "CCCCCC,") + std::to_string(i % 10 + i % 3) + "\n";
  }
  write("solutions.csv", text);
  write("ideas.csv", table_of("docs/chemists.md"));
  write("library_1.csv", "smiles,id\nCCO,a\nC1CC,b\n");
  write("library_2.csv", "smiles,id\nCCCN,c\n");
  // In place of the thousand molecules that the example has.
  const char* rings[] = {"c1ccccc1", "C1CCCCC1", "c1ccncc1", "C1CCCC1"};
  text = "smiles,id,activity\n";
  for (int i = 0; i < 40; ++i) {
    text += std::string(rings[i % 4]) + std::string(static_cast<std::size_t>(1 + i / 4), 'C') + ",m" +
            std::to_string(i) + "," + std::to_string(5 + i % 7 * 0.25) + "\n";
  }
  std::filesystem::create_directory(path("quickstart"));
  write("quickstart/CHEMBL2321810.csv", text);
  int count = 0;
  for (std::string command : commands_of("docs/chemists.md")) {
    ASSERT_TRUE(command.starts_with("plstm-mol ")) << command;
    ++count;
    if (command.starts_with("plstm-mol quickstart")) continue;  // mol_test.cpp runs it
    if (command.starts_with("plstm-mol tune")) command += small() + " --ensemble-size 1 --trials 2";
    expect_success(command);
  }
  EXPECT_GE(count, 15) << "the guide shows less than it did";
  for (const char* file : {"run/report.html", "predictions.csv", "neighbours.csv", "parts.csv",
                           "pictures/row1.svg", "report.html", "embeddings.npy", "embeddings.csv.gz",
                           "screened/part_00000.csv.gz", "best/best.csv", "shared/manifest.json"}) {
    EXPECT_TRUE(std::filesystem::exists(path(file))) << file;
  }
}

// The others take minutes. Their sub-commands and flags must exist.
TEST_F(Readme, OtherCommandsHaveTheirFlags) {
  std::vector<std::string> others;
  for (const std::string& command : commands_of("README.md")) {
    if (!command.starts_with("plstm-mol ")) others.push_back(command);
  }
  EXPECT_GE(others.size(), 3u);
  const std::filesystem::path programs = std::filesystem::path(PLSTM_MOL).parent_path();
  for (const std::string& command : others) {
    const std::size_t program_end = command.find(' ');
    const std::string program = command.substr(0, program_end);
    const std::string sub =
        command.substr(program_end + 1, command.find(' ', program_end + 1) - program_end - 1);
    const std::string help = "cd '" + path("").string() + "' && '" + (programs / program).string() + "' " +
                             sub + " --help > help.txt 2> /dev/null";
    ASSERT_EQ(std::system(help.c_str()), 0) << command;
    const std::string text = read_text(path("help.txt"));
    for (std::size_t at = command.find(" -"); at != std::string::npos; at = command.find(" -", at + 1)) {
      const std::string flag = command.substr(at + 1, command.find(' ', at + 1) - at - 1);
      EXPECT_THAT(text, HasSubstr(flag)) << command;
    }
  }
}

}  // namespace
}  // namespace plstm::test
