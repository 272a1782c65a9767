#include "plstm/data/files/input_file.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/output_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string read_all(InputFile& file) {
  return {std::istreambuf_iterator<char>(file.stream()), {}};
}

std::string read_all(const std::filesystem::path& path) {
  InputFile file(path);
  return read_all(file);
}

// Text of several blocks that gzip cannot make very small.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919 % 10007) + "\n";
  return text;
}

void write_compressed(const std::filesystem::path& path, const std::string& text) {
  OutputFile file(path);
  file.stream() << text;
  file.commit();
}

TEST(InputFile, ReadsPlainAndCompressedText) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  for (const std::string& content : {std::string(), std::string("\x1f"), std::string("a,b\n"), text}) {
    write_text_to(folder / "plain", content);
    EXPECT_EQ(read_all(folder / "plain"), content);
    write_compressed(folder / "packed.gz", content);
    std::filesystem::rename(folder / "packed.gz", folder / "packed");
    EXPECT_EQ(read_all(folder / "packed"), content)
        << "the first bytes say that it is compressed, not the name";
  }
}

TEST(InputFile, ReadsSeveralCompressedParts) {
  const TemporaryFolder folder;
  write_compressed(folder / "a.gz", "first\n");
  write_compressed(folder / "b.gz", long_text());
  write_text_to(folder / "both.gz", text_of(folder / "a.gz") + text_of(folder / "b.gz"));
  EXPECT_EQ(read_all(folder / "both.gz"), "first\n" + long_text());
}

TEST(InputFile, SaysWhereCompressedDataIsDamaged) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  write_compressed(folder / "a.gz", text);
  const std::string packed = text_of(folder / "a.gz");
  const auto flipped = [&](std::size_t byte) {
    std::string damaged = packed;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x55);
    return damaged;
  };
  const auto bytes = [](std::size_t size) { return std::to_string(size) + " bytes"; };
  const std::size_t half = packed.size() / 2;
  const std::vector<std::pair<std::string, std::string>> cases{
      {packed.substr(0, half), "is cut off after " + bytes(half)},
      {packed.substr(0, packed.size() - 3), "is cut off after " + bytes(packed.size() - 3)},
      {packed.substr(0, 5), "is cut off after 5 bytes (0 bytes of text were read)"},
      {flipped(half), "is damaged at or before byte "},
      {flipped(packed.size() - 6), "is damaged at or before byte "},  // the check sum
      {packed + "no part", "after " + bytes(packed.size()) + " of compressed data something else follows"},
      {packed + std::string(70'000, '\0') + "x",
       "something else follows (" + bytes(text.size()) + " of text"}};
  for (const auto& [content, message] : cases) {
    write_text_to(folder / "b.gz", content);
    EXPECT_THAT([&] { read_all(folder / "b.gz"); },
                ThrowsMessage<FileError>(
                    AllOf(HasSubstr("b.gz: "), HasSubstr(message), HasSubstr("get the file again"))))
        << message;
    InputFile file(folder / "b.gz");
    std::string line;
    EXPECT_THROW(
        {
          while (std::getline(file.stream(), line)) continue;
        },
        FileError)
        << "a stream passes it on";
  }
}

TEST(InputFile, ZerosAfterCompressedDataAreThoseOfATape) {
  const TemporaryFolder folder;
  write_compressed(folder / "a.gz", "first\n");
  for (const std::size_t zeros : {1, 100'000}) {
    write_text_to(folder / "b.gz", text_of(folder / "a.gz") + std::string(zeros, '\0'));
    EXPECT_EQ(read_all(folder / "b.gz"), "first\n");
  }
}

TEST(InputFile, SaysWhyTheSystemCannotRead) {
  // Nothing lies at the first address of a process.
  EXPECT_THAT([] { read_all("/proc/self/mem"); },
              ThrowsMessage<FileError>(
                  HasSubstr("/proc/self/mem: cannot be read from byte 0 on (Input/output error)")));
}

TEST(InputFile, ReadsAPipe) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  write_compressed(folder / "a.gz", long_text());
  std::thread writer([&] {
    std::ofstream pipe(folder / "pipe", std::ios::binary);
    const std::string packed = text_of(folder / "a.gz");
    pipe << packed[0] << std::flush << packed.substr(1);
  });
  EXPECT_EQ(read_all(folder / "pipe"), long_text());
  writer.join();
}

TEST(InputFile, SaysHowMuchOfTheFileHasBeenRead) {
  const TemporaryFolder folder;
  write_text_to(folder / "plain", long_text());
  write_compressed(folder / "packed.gz", long_text());
  for (const char* name : {"plain", "packed.gz"}) {
    InputFile file(folder / name);
    std::string text(long_text().size() / 2, ' ');
    file.stream().read(text.data(), static_cast<std::streamsize>(text.size()));
    ASSERT_TRUE(file.share_read().has_value());
    EXPECT_GT(*file.share_read(), 0.4) << name;
    EXPECT_LT(*file.share_read(), 1) << name;
    read_all(file);
    EXPECT_EQ(file.share_read(), 1) << name;
  }
  write_text_to(folder / "empty", "");
  EXPECT_EQ(InputFile(folder / "empty").share_read(), std::nullopt);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(folder / "pipe") << "text"; });
  InputFile pipe(folder / "pipe");
  EXPECT_EQ(read_all(pipe), "text");
  EXPECT_EQ(pipe.share_read(), std::nullopt) << "nobody knows how long a pipe is";
  writer.join();
}

TEST(InputFile, NamesWhatCannotBeOpened) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { InputFile{folder / "missing.csv"}; },
              ThrowsMessage<FileError>(HasSubstr("missing.csv: cannot be opened; there is no such file")));
  EXPECT_THAT([&] { InputFile{folder.path()}; }, ThrowsMessage<FileError>(HasSubstr("is a folder")));
  EXPECT_EQ(InputFile("-").name(), "standard input");
}

TEST(InputFile, KindsLieBeforeTheEndingOfCompression) {
  EXPECT_EQ(kind_of_file("a/b.csv"), ".csv");
  EXPECT_EQ(kind_of_file("B.SDF.GZ"), ".sdf");
  EXPECT_EQ(kind_of_file("c.gz"), "");
  EXPECT_EQ(kind_of_file("-"), "");
}

}  // namespace
}  // namespace plstm::test
