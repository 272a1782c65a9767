#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/whole_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(WholeFile, HasAllBytes) {
  const TemporaryFolder folder;
  std::string text(200'000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 200'000u}) {
    write_text_to(folder / "file", text.substr(0, size));
    EXPECT_EQ(read_whole_file(folder / "file"), text.substr(0, size));
    EXPECT_EQ(read_whole_file(folder / "file", size), text.substr(0, size));
  }
}

TEST(WholeFile, NamesTheFileThatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { read_whole_file(folder / "absent"); },
              ThrowsMessage<FileError>(HasSubstr("absent: cannot be opened (No such file or directory)")));
  EXPECT_THAT(
      [&] { read_whole_file(folder.path()); },
      ThrowsMessage<FileError>(HasSubstr(folder.path().string() + ": cannot be read (Is a directory)")));
}

TEST(WholeFile, RefusesWhatIsTooLarge) {
  const TemporaryFolder folder;
  write_text_to(folder / "file", "12345");
  EXPECT_THAT([&] { read_whole_file(folder / "file", 4); },
              ThrowsMessage<FileError>(HasSubstr("file: has more than 4 bytes")));
  std::filesystem::resize_file(folder / "file", kMostFileBytes + 1);
  EXPECT_THROW(read_whole_file(folder / "file"), FileError);
  // A device has no size, and this one no end.
  EXPECT_THAT([] { read_whole_file("/dev/zero", 1'000'000); },
              ThrowsMessage<FileError>(HasSubstr("/dev/zero: has more than 1000000 bytes")));
}

}  // namespace
}  // namespace plstm::test
