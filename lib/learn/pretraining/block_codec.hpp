#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/pretraining/pretraining_set.hpp>

namespace plstm {

/// A block as bytes, packed by zlib, whose check sum finds damage: the targets column by column, then the graphs. The
/// values are [graphs, K], not standardised. Throws ShapeError for a graph that the format cannot hold.
std::vector<std::byte> pack_block(const PretrainingHeader& header, std::span<const AttributedGraph> graphs,
                                  std::span<const float> values);

/// Inverse of pack_block() for a block of `count` graphs. Throws FileError (without the name of the file) for any other
/// bytes.
PretrainingBlock unpack_block(const PretrainingHeader& header, std::span<const std::byte> packed,
                              std::int64_t count);

/// The most bytes that a block of so many graphs can have when it is not packed.
std::size_t most_block_bytes(const PretrainingHeader& header, std::int64_t count);

}  // namespace plstm
