#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "support/data_folders.hpp"

namespace plstm::test {

/// What a run of plstm-mol left behind.
struct Outcome {
  int code = -1;
  std::string out, err;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A folder with small input files, in which the program is run.
class MolProgram : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_ / name.c_str(); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

  /// Runs `plstm-mol <arguments>` with the folder as working directory.
  Outcome run(const std::string& arguments) const {
    const std::string command =
        "cd '" + path("").string() + "' && '" PLSTM_MOL "' " + arguments + " > .out 2> .err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(path(".out")), read_text(path(".err"))};
  }

  /// Thirty alcohols, ethers and amines (on a ring, if given) with a made-up property.
  void write_molecules(const std::string& name = "data.csv", bool rings = false) const {
    const std::string scaffolds[] = {"c1ccccc1", "C1CCCCC1", "c1ccncc1", "C1CCCC1"};
    std::string text = "smiles,id,value,active,kind\n";
    const char* groups[] = {"O", "N", "OC"};
    for (int i = 0; i < 30; ++i) {
      const std::string smiles = (rings ? scaffolds[i % 4] : "") +
                                 std::string(static_cast<std::size_t>(1 + i / 3), 'C') + groups[i % 3];
      text += smiles + ",m" + std::to_string(i) + "," + std::to_string(i / 3 * 0.25 + i % 3) + "," +
              std::to_string(i % 3 == 0) + "," + std::to_string(i % 3) + "\n";
    }
    write(name, text);
  }

  /// Flags of a run that takes a moment only.
  static std::string small() {
    return " --hidden-dim 16 --heads 2 --depth 1 --epochs 3 --batch-size 8 --quiet";
  }

  /// Trains on write_molecules() into the folder "run".
  void train(const std::string& more = "") const {
    write_molecules();
    const Outcome r = run("train -i data.csv -o run --target-columns value" + small() + more);
    ASSERT_EQ(r.code, 0) << r.err;
  }

  TemporaryFolder folder_;
};

}  // namespace plstm::test
