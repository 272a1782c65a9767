#include "core/files/own_folder.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace plstm::test {
namespace {

TEST(OwnFolder, IsAFolderThatIsThere) {
  const std::filesystem::path folder = own_folder();
  if (folder.empty()) GTEST_SKIP() << "this program was called by its name alone";
  EXPECT_TRUE(folder.is_absolute());
  EXPECT_TRUE(std::filesystem::is_directory(folder)) << folder;
}

}  // namespace
}  // namespace plstm::test
