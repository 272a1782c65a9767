#include "plstm/core/files/installation.hpp"

#include <system_error>

namespace plstm {

namespace fs = std::filesystem;

std::optional<fs::path> find_in_installation(const fs::path& name) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  const fs::path found = program.parent_path().parent_path() / name;
  if (!fs::exists(found, error)) return std::nullopt;
  return found;
}

}  // namespace plstm
