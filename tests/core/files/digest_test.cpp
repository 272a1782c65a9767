#include <string>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

TEST(Sha256, AgreesWithThePublishedVectors) {
  // The examples of FIPS 180-4 and of the NIST validation suite (SHA256ShortMsg: empty, 0xd3).
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("\xd3"), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view all = std::string_view(text).substr(0, size);
    for (const std::size_t piece : {1u, 13u, 63u, 64u, 65u}) {
      Sha256 digest;
      for (std::size_t at = 0; at < size; at += piece) digest.add(all.substr(at, piece));
      ASSERT_EQ(digest.hex(), sha256_of(all)) << size << " bytes in pieces of " << piece;
    }
  }
}

TEST(Sha256, ReadsFilesInPieces) {
  const TemporaryFolder folder;
  const std::string text(200'001, 'x');
  write_text_to(folder / "large", text);
  EXPECT_EQ(sha256_of_file(folder / "large"), sha256_of(text));
  write_text_to(folder / "empty", "");
  EXPECT_EQ(sha256_of_file(folder / "empty"), sha256_of(""));
  EXPECT_THROW(sha256_of_file(folder / "missing"), FileError);
  EXPECT_THROW(sha256_of_file(folder.path()), FileError);
}

}  // namespace
}  // namespace plstm::test
