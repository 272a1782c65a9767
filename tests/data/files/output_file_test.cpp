#include "plstm/data/files/output_file.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

TEST(OutputFile, WritesPlainTextUnderOtherNames) {
  const TemporaryFolder folder;
  OutputFile file(folder / "a.csv");
  file.stream() << "a,b\n";
  file.commit();
  EXPECT_EQ(text_of(folder / "a.csv"), "a,b\n");
}

TEST(OutputFile, CompressesWhereTheNameSaysSo) {
  const TemporaryFolder folder;
  const std::string text(300000, 'x');
  for (const char* name : {"a.csv.gz", "A.CSV.GZ"}) {
    OutputFile file(folder / name);
    file.stream() << text << std::flush;
    file.commit();
    const std::string packed = text_of(folder / name);
    EXPECT_LT(packed.size(), text.size() / 100) << name;
    EXPECT_EQ(packed.substr(0, 2), "\x1f\x8b") << name;
  }
}

TEST(OutputFile, LeavesTheOlderFileWithoutCommit) {
  const TemporaryFolder folder;
  write_text_to(folder / "a.gz", "old");
  { OutputFile(folder / "a.gz").stream() << "new"; }
  EXPECT_EQ(text_of(folder / "a.gz"), "old");
  EXPECT_THAT(folder.names(), ElementsAre("a.gz"));
}

TEST(OutputFile, SaysThatTheDiskIsFull) {
  const TemporaryFolder folder;
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no device /dev/full";
  std::filesystem::create_symlink("/dev/full", folder / "full.gz");
  for (const std::size_t size : {std::size_t{3}, std::size_t{1} << 22}) {
    OutputFile file(folder / "full.gz");
    for (std::size_t i = 0; i < size; ++i) file.stream().put(static_cast<char>(i * i % 251));
    EXPECT_THROW(file.commit(), FileError) << size;
  }
}

}  // namespace
}  // namespace plstm::test
