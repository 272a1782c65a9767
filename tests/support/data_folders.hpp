#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

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

}  // namespace plstm::test
