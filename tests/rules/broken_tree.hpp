#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace plstm::test {

/// A tree of a few files that break rules.
class BrokenTree : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = root_ / name.c_str();
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  TemporaryFolder folder_;
  std::filesystem::path root_ = folder_ / "tree";
};

}  // namespace plstm::test
