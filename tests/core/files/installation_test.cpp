#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <plstm/core/files/installation.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

TEST(Installation, FindsWhatLiesBesideTheFolderOfTheProgram) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  const fs::path folder = program.parent_path().filename();  // in place of bin
  EXPECT_EQ(find_in_installation(folder / program.filename()), program);
  EXPECT_EQ(find_in_installation(folder), program.parent_path());
}

TEST(Installation, MissesWhatIsNotThere) {
  EXPECT_EQ(find_in_installation("share/plstm/no such file"), std::nullopt);
  const fs::path program = fs::read_symlink("/proc/self/exe");
  EXPECT_EQ(find_in_installation(program.parent_path().filename() / program.filename() / "below a file"),
            std::nullopt);
}

}  // namespace
}  // namespace plstm
