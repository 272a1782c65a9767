#include "support/terminal/output_files.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHidden = ".unfinished";

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

// A link leads to a file that is replaced in its place.
void remove_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path)) fs::remove(path, error);
  if (error) throw FileError(fmt::format("{}: cannot be removed: {}", path.string(), error.message()));
}

AtomicFile copied(const fs::path& from, const fs::path& to) {
  AtomicFile file(to);
  std::ifstream stream(from, std::ios::binary);
  if (fs::file_size(from) > 0) file.stream() << stream.rdbuf();
  if (!stream) throw FileError(from.string() + ": cannot be read");
  return file;
}

}  // namespace

void remove_unfinished(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder / kHidden, error);
  if (error)
    throw FileError(fmt::format("{}: cannot be removed: {}", (folder / kHidden).string(), error.message()));
  remove_partial_files(folder);
}

OutputFiles::OutputFiles(fs::path folder) : folder_(std::move(folder)), hidden_(folder_ / kHidden) {
  remove_unfinished(folder_);
  std::error_code error;
  fs::create_directory(hidden_, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", hidden_.string(), error.message()));
}

OutputFiles::~OutputFiles() {
  std::error_code error;
  fs::remove_all(hidden_, error);
}

void OutputFiles::publish(const std::string& last,
                          const std::function<bool(const std::string& name)>& is_output) {
  std::vector<std::string> names = names_in(hidden_);
  std::ranges::stable_partition(names, [&](const std::string& name) { return name != last; });
  std::vector<AtomicFile> files;
  for (const std::string& name : names) files.push_back(copied(hidden_ / name, folder_ / name));
  remove_file(folder_ / last);
  const std::set<std::string> kept(names.begin(), names.end());
  for (const std::string& name : names_in(folder_)) {
    if (!kept.contains(name) && is_output(name)) remove_file(folder_ / name);
  }
  for (AtomicFile& file : files) file.commit();
  fs::remove_all(hidden_);
}

}  // namespace plstm::apps
