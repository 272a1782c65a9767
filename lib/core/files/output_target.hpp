#pragma once

#include <filesystem>

#include "core/files/descriptor.hpp"

namespace plstm {

/// Where an output path leads.
struct OutputTarget {
  /// Open if the output is written through: a device, a FIFO, a descriptor of this process.
  Descriptor through;
  /// Otherwise the file to replace, with links followed; it need not exist.
  std::filesystem::path file;
};

/// Follows links. Throws std::system_error with the reason if the path is a folder, a circle of links or cannot
/// be looked at or opened.
OutputTarget find_output_target(const std::filesystem::path& path);

}  // namespace plstm
