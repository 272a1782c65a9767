#pragma once

#include <string>

#include <gtest/gtest.h>

#include "apps/program.hpp"

namespace plstm::test {

/// plstm-mol in a folder with small input files.
class MolProgram : public Program {
 protected:
  MolProgram() : Program(PLSTM_MOL) {}

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
};

}  // namespace plstm::test
