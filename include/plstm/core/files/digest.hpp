#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace plstm {

/// SHA-256 (FIPS 180-4) of all bytes that are added; the digest that the command sha256sum prints. Two different
/// contents with one digest are not known. A copy goes on from where the original is.
class Sha256 {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }

  /// 64 hexadecimal digits in small letters, of what was added so far.
  std::string hex() const;

 private:
  void add_block(const std::byte* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> block_{};  ///< what does not fill a block yet: size_ % 64 bytes
  std::uint64_t size_ = 0;
};

/// Digest of some text.
std::string sha256_of(std::string_view text);

/// Digest of the contents of a file, in pieces. Throws FileError if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace plstm
