#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace plstm {

/// The most bytes that read_whole_file() takes unless the caller says otherwise.
inline constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{64} << 20;

/// The bytes of a file, a device or a pipe. Throws FileError naming the path: with the system's reason if it cannot be
/// opened or read, also for a folder; and if it has more than `most_bytes`, of which no more than that is ever in memory.
std::string read_whole_file(const std::filesystem::path& path, std::uintmax_t most_bytes = kMostFileBytes);

}  // namespace plstm
