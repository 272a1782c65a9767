#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace plstm::test {

/// Folder of the public benchmark files (ESOL.csv, splits/, ...): PLSTM_DATASETS. Tests without it are
/// skipped.
inline std::optional<std::filesystem::path> datasets_dir() {
  const char* dir = std::getenv("PLSTM_DATASETS");
  if (dir == nullptr || *dir == '\0') return std::nullopt;
  return dir;
}

/// Folder of the files that come with RDKit: RDBASE, or where Debian's rdkit-data puts them.
inline std::optional<std::filesystem::path> rdkit_data_dir() {
  const char* base = std::getenv("RDBASE");
  const std::filesystem::path dir = base != nullptr && *base != '\0' ? base : "/usr/share/RDKit";
  if (!std::filesystem::exists(dir / "Data" / "NCI" / "first_5K.smi")) return std::nullopt;
  return dir;
}

/// An empty folder of its own that goes away at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plstm-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace plstm::test
