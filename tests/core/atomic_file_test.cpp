#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("plstm_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string contents(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  bool only_file_is(const fs::path& path) const {
    auto entries = fs::directory_iterator(folder_);
    return std::distance(begin(entries), end(entries)) == 1 && fs::exists(path);
  }
  fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsOnCommit) {
  const fs::path path = folder_ / "out.txt";
  AtomicFile file(path);
  file.stream() << "done";
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(contents(path), "done");
  EXPECT_TRUE(only_file_is(path));
}

TEST_F(AtomicFileTest, LeavesTheOldFileWithoutCommit) {
  const fs::path path = folder_ / "out.txt";
  std::ofstream(path) << "old";
  {
    AtomicFile file(path);
    file.stream() << "half";
  }
  EXPECT_EQ(contents(path), "old");
  EXPECT_TRUE(only_file_is(path));
}

TEST_F(AtomicFileTest, NamesThePathThatCannotBeWritten) {
  try {
    AtomicFile file(folder_ / "missing" / "out.txt");
    FAIL() << "opened a file in a folder that does not exist";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("missing/out.txt: cannot be written (No such file or directory"));
  }
  EXPECT_THROW(AtomicFile(folder_.string()), FileError);
}

TEST_F(AtomicFileTest, ReportsAFailedWrite) {
  const fs::path path = folder_ / "out.txt";
  AtomicFile file(path);
  file.stream().setstate(std::ios::badbit);  // what a full disk leaves behind
  EXPECT_THROW(file.commit(), FileError);
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace plstm::test
