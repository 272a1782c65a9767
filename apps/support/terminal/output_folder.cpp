#include "output_folder.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include <plstm/core/error.hpp>

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw FileError(fmt::format("{}: the output folder cannot be made ({}); choose another with --output-dir",
                              path.string(), reason));
}

// The folder and those above it that are not there, the innermost first.
std::vector<fs::path> missing_folders(const fs::path& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  fs::path folder = fs::absolute(path, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "run/"
  while (!fs::exists(fs::symlink_status(folder, error)) && folder.has_relative_path()) {
    missing.push_back(folder);
    folder = folder.parent_path();
  }
  return missing;
}

void check_can_be_made(const fs::path& path, const fs::path& outermost) {
  const fs::path above = outermost.parent_path();
  std::error_code error;
  if (!fs::is_directory(above, error)) fail(path, above.string() + " is no folder");
  if (::access(above.c_str(), W_OK | X_OK) != 0) fail(path, std::generic_category().message(errno));
}

}  // namespace

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path)) fail(path, error ? error.message() : "a file of that name exists");
}

void write_text(const fs::path& path, const std::string& text, const AtomicFileOptions& options) {
  AtomicFile file(path, options);
  file.stream() << text;
  file.commit();
}

OutputFolder::OutputFolder(fs::path path, const Ranks& ranks) : path_(std::move(path)), ranks_(ranks) {
  if (!ranks_.is_first()) return;
  if (path_.empty()) fail(path_, "its name is empty");
  const std::vector<fs::path> missing = missing_folders(path_);
  if (missing.empty()) {
    files();
  } else {
    check_can_be_made(path_, missing.back());
  }
}

OutputFolder::~OutputFolder() {
  files_.reset();
  std::error_code not_empty;
  for (const fs::path& folder : made_) fs::remove(folder, not_empty);
}

void OutputFolder::make() {
  if (ranks_.is_first()) files();
  ranks_.barrier();
}

FolderTransaction& OutputFolder::files() {
  if (!files_) {
    made_ = missing_folders(path_);
    make_folder(path_);
    files_.emplace(path_);
  }
  return *files_;
}

}  // namespace plstm::apps
