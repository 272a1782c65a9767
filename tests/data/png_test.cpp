#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/png.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Image noise_image(std::int32_t rows, std::int32_t cols, std::int32_t channels) {
  Image image = make_image(rows, cols, channels, 0);
  Random random(1);
  for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random.below(256));
  return image;
}

class Png : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "image.png"; }
  std::string bytes() const {
    std::ifstream stream(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
  void expect_error(const std::string& message) const {
    EXPECT_THAT([&] { read_png(path()); },
                ThrowsMessage<FileError>(AllOf(HasSubstr(path().string()), HasSubstr(message))));
  }
  test::TemporaryFolder folder_;
};

TEST_F(Png, WhatIsWrittenIsReadBack) {
  for (const Image& image : {noise_image(1, 1, 1), noise_image(1, 1, 3), noise_image(7, 13, 1),
                             noise_image(13, 7, 3), make_image(64, 64, 1, 255)}) {
    write_png(path(), image);
    EXPECT_EQ(read_png(path()), image);
  }
}

TEST_F(Png, EveryTruncationIsAnError) {
  write_png(path(), noise_image(9, 11, 3));
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(whole.substr(0, size));
    expect_error(size == 0 ? "is empty" : size < 8 ? "is not a PNG file" : "cut short");
  }
}

TEST_F(Png, DamagedBytesGiveAnErrorOrAnImage) {
  write_png(path(), noise_image(9, 11, 1));
  const std::string whole = bytes();
  int errors = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write(damaged);
    try {
      const Image image = read_png(path());
      EXPECT_EQ(image.pixels.size(), static_cast<std::size_t>(image.rows * image.cols * image.channels));
    } catch (const FileError& error) {
      ++errors;
      EXPECT_THAT(error.what(), HasSubstr(path().string()));
    }
  }
  // Checksums protect all that matters: all but the last chunk's, and chunks that are not needed.
  EXPECT_GT(errors, static_cast<int>(whole.size()) * 3 / 4);
}

TEST_F(Png, FilesThatAreNoPicturesAreNamed) {
  EXPECT_THAT([&] { read_png(folder_ / "absent.png"); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("absent.png"), HasSubstr("cannot be opened"))));
  EXPECT_THAT([&] { read_png(folder_ / ""); }, ::testing::Throws<FileError>());
  write("P5 1 1 255 x");
  expect_error("is not a PNG file");
}

TEST_F(Png, HugePicturesAreRefusedBeforeTheyTakeMemory) {
  write_png(path(), make_image(1, 1, 1, 0));
  std::string huge = bytes();
  // Width and height of the header chunk, and its checksum.
  huge.replace(16, 8, std::string("\x00\x00\xff\xff\x00\x00\xff\xff", 8));
  std::uint32_t sum = 0xffffffffu;
  for (std::size_t i = 12; i < 29; ++i) {
    sum ^= static_cast<unsigned char>(huge[i]);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320u : 0);
  }
  sum = ~sum;
  for (std::size_t i = 0; i < 4; ++i) huge[29 + i] = static_cast<char>(sum >> (24 - 8 * i));
  write(huge);
  expect_error("65535 x 65535 pixels, more than this reads");
}

TEST_F(Png, ImagesThatCannotBeWrittenAreNamed) {
  const auto expect_shape_error = [&](const Image& image, const char* message) {
    EXPECT_THAT([&] { write_png(path(), image); }, ThrowsMessage<ShapeError>(HasSubstr(message)));
    EXPECT_FALSE(std::filesystem::exists(path()));
  };
  expect_shape_error({}, "image has shape [0, 0, 1]");
  expect_shape_error(make_image(2, 2, 2, 0), "image has shape [2, 2, 2]");
  expect_shape_error({2, 2, 1, {1, 2, 3}}, "image.pixels has 3 values, expected 4");
  EXPECT_THAT([&] { write_png(folder_ / "no/such/folder.png", make_image(1, 1, 1, 0)); },
              ThrowsMessage<FileError>(HasSubstr("cannot be written")));
}

}  // namespace
}  // namespace plstm
