#include "plstm/data/files/npy.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<float> values_of(const std::string& file) {
  std::vector<float> values((file.size() - 128) / sizeof(float));
  std::memcpy(values.data(), file.data() + 128, values.size() * sizeof(float));
  return values;
}

// As the format is described: magic, version 1.0, length of the header, a dictionary, blanks and a line end.
TEST(Npy, WritesTheHeaderThatNumpyReads) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "a.npy", 3);
  const std::vector<float> first{1, 2, 3, 4, 5, 6}, second{7, -8, 0.5F};
  writer.write(first);
  writer.write(second);
  EXPECT_EQ(writer.num_rows(), 3);
  writer.commit();
  const std::string file = text_of(folder / "a.npy");
  ASSERT_EQ(file.size(), 128 + 9 * sizeof(float));
  EXPECT_EQ(file.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));  // 0x76 = 118 = 128 - 10
  EXPECT_EQ(file.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }");
  EXPECT_EQ(file.substr(69, 58), std::string(58, ' '));
  EXPECT_EQ(file[127], '\n');
  EXPECT_EQ(values_of(file), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, -8, 0.5F}));
}

TEST(Npy, RowsMayComeInManyPieces) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "a.npy", 100);
  std::vector<float> expected;
  for (int piece = 0; piece < 500; ++piece) {  // more than any buffer
    const std::vector<float> row(100, static_cast<float>(piece));
    writer.write(row);
    expected.insert(expected.end(), row.begin(), row.end());
  }
  writer.commit();
  const std::string file = text_of(folder / "a.npy");
  EXPECT_THAT(file, HasSubstr("'shape': (500, 100)"));
  EXPECT_EQ(values_of(file), expected);
}

TEST(Npy, AMatrixMayHaveNoRow) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "a.npy", 2);
  writer.commit();
  EXPECT_THAT(text_of(folder / "a.npy"), HasSubstr("'shape': (0, 2)"));
  EXPECT_EQ(text_of(folder / "a.npy").size(), 128u);
}

TEST(Npy, LeavesTheOlderFileWithoutCommit) {
  const TemporaryFolder folder;
  write_text_to(folder / "a.npy", "old");
  {
    NpyWriter writer(folder / "a.npy", 1);
    writer.write(std::vector<float>{1});
  }
  EXPECT_EQ(text_of(folder / "a.npy"), "old");
}

TEST(Npy, RefusesWhatIsNoMatrixOrNoFile) {
  const TemporaryFolder folder;
  EXPECT_THROW(NpyWriter(folder / "a.npy", 0), ShapeError);
  NpyWriter writer(folder / "a.npy", 2);
  EXPECT_THAT(
      [&] {
        writer.write(std::vector<float>{1, 2, 3});
      },
      ThrowsMessage<ShapeError>(HasSubstr("3 values do not fill whole rows of 2 columns")));
  EXPECT_THROW(NpyWriter(folder / "none" / "a.npy", 2), FileError);
}

}  // namespace
}  // namespace plstm::test
