#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plstm {

/// Bytes as zlib packs them (RFC 1950), with a check sum. Throws FileError if there is no memory.
std::vector<std::byte> pack_bytes(std::span<const std::byte> bytes);

/// Inverse of pack_bytes. Throws FileError if the bytes are damaged or cut off, or if they would be more than `most`,
/// before memory for more is taken.
std::vector<std::byte> unpack_bytes(std::span<const std::byte> packed, std::size_t most);

}  // namespace plstm
