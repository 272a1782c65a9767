#include "chem/screen/rank_manifests.hpp"

#include <string>
#include <system_error>

#include <plstm/core/files/whole_file.hpp>

namespace plstm {

namespace fs = std::filesystem;

fs::path rank_folder(const fs::path& screen) {
  return screen / ".ranks";
}

std::vector<ScreenManifest> rank_manifests_in(const fs::path& screen) {
  constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 32;
  std::vector<ScreenManifest> manifests;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(rank_folder(screen), none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("rank_") || !name.ends_with(".json")) continue;
    manifests.push_back(
        parse_screen_manifest(read_whole_file(entry.path(), kMostBytes), entry.path().string()));
  }
  return manifests;
}

void remove_rank_manifests(const fs::path& screen) {
  std::error_code left;
  fs::remove_all(rank_folder(screen), left);
}

}  // namespace plstm
