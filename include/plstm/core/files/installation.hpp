#pragma once

#include <filesystem>
#include <optional>

namespace plstm {

/// The file or folder of this name below the prefix of the installation that the running program belongs to. The program
/// is <prefix>/bin/<program>, wherever the installation was moved to. Nothing if there is no such file, or if the system
/// does not say where the program is.
std::optional<std::filesystem::path> find_in_installation(const std::filesystem::path& name);

}  // namespace plstm
