#include "plstm/data/files/packed_bytes.hpp"

#include <algorithm>

#include <zlib.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// zlib packs to a thousandth at best, so few bytes never ask for much memory.
constexpr std::size_t kBestRatio = 1040, kSlack = 64;

}  // namespace

std::vector<std::byte> pack_bytes(std::span<const std::byte> bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::vector<std::byte> packed(size);
  const int result =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                static_cast<uLong>(bytes.size()), Z_DEFAULT_COMPRESSION);
  if (result != Z_OK) throw FileError("bytes cannot be packed: there is no memory");
  packed.resize(size);
  return packed;
}

std::vector<std::byte> unpack_bytes(std::span<const std::byte> packed, std::size_t most) {
  std::vector<std::byte> bytes(std::min(most, packed.size() * kBestRatio + kSlack));
  uLongf size = static_cast<uLong>(bytes.size());
  const int result =
      uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size, reinterpret_cast<const Bytef*>(packed.data()),
                 static_cast<uLong>(packed.size()));
  if (result == Z_BUF_ERROR) throw FileError("packed bytes are cut off or more than expected");
  if (result != Z_OK) throw FileError("packed bytes are damaged");
  bytes.resize(size);
  return bytes;
}

}  // namespace plstm
