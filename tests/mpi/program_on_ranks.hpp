#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mpi/mpi_program.hpp"

namespace plstm::test {

/// A program of this build, which is run alone and on ranks.
class ProgramOnRanks : public MpiProgram {
 protected:
  explicit ProgramOnRanks(const std::string& name) : MpiProgram(std::string(PLSTM_PROGRAMS "/") + name) {}

  /// Trains alone into "alone" and on ranks into "together"; the files must be equal.
  void expect_same_files(const std::string& train, const std::vector<int>& sizes,
                         const std::vector<std::string>& files) {
    const Outcome alone = run(train + " --threads 1 -o alone");
    ASSERT_EQ(alone.code, 0) << alone.err;
    for (const int size : sizes) {
      std::filesystem::remove_all(path("together"));
      const Outcome r = run_on(size, train + fmt::format(" --threads {} -o together", 1 + size % 2));
      ASSERT_EQ(r.code, 0) << r.err;
      for (const std::string& file : files) {
        const std::string expected = read_text(path("alone/" + file));
        EXPECT_FALSE(expected.empty()) << file;
        EXPECT_TRUE(read_text(path("together/" + file)) == expected) << file << " of " << size << " ranks";
      }
      EXPECT_EQ(names_in("together"), names_in("alone"));
    }
  }
};

/// plstm-mol, with data.csv in its folder.
class MolOnRanks : public ProgramOnRanks {
 protected:
  MolOnRanks() : ProgramOnRanks("plstm-mol") {
    std::string text = "smiles,value\n";
    const char* groups[] = {"O", "N", "OC"};
    for (int i = 0; i < 30; ++i) {
      text += fmt::format("{}{},{}\n", std::string(static_cast<std::size_t>(1 + i / 3), 'C'), groups[i % 3],
                          i / 3 * 0.25 + i % 3);
    }
    write("data.csv", text);
  }

  /// A small training on data.csv.
  static std::string train(const std::string& more = " --epochs 3") {
    return "train -i data.csv --target-columns value --hidden-dim 16 --heads 2 --depth 1 --batch-size 8 "
           "--quiet "
           "--ensemble-size 2" +
           more;
  }
};

}  // namespace plstm::test
