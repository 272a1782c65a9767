#include "plstm/core/files/folder_transaction.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "core/files/descriptor.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStaged = ".staged.";
constexpr const char* kReady = ".ready";
constexpr const char* kOrders =
    ".orders";  // in the staged folder: which file is last, which are to be removed

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
  throw FileError(fmt::format("{}: cannot be written ({}); choose a folder that is writable and has space",
                              path.string(), error.message()));
}

void synchronise_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) ::fsync(opened.number());  // some file systems cannot, and none says more by failing
}

// The staged files may have been written by any means.
void synchronise_files(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.is_symlink()) {
      synchronise_files(entry.path());
      continue;
    }
    const Descriptor opened(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.is_open() && ::fsync(opened.number()) != 0 && (errno == EIO || errno == ENOSPC)) {
      fail(entry.path(), {errno, std::generic_category()});
    }
  }
  synchronise_folder(folder);
}

void rename_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) fail(to, error);
}

void remove_whole(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail(path, error);
}

// The caller holds the lock. Can be cut off anywhere, and then be called again.
void move_into_place(const fs::path& folder) {
  const fs::path ready = folder / kReady;
  std::error_code error;
  if (!fs::is_directory(ready, error)) return;
  std::string last;
  std::vector<std::string> obsolete;
  {
    std::ifstream orders(ready / kOrders);
    std::getline(orders, last);
    for (std::string name; std::getline(orders, name);) obsolete.push_back(name);
  }
  std::vector<fs::path> names;
  for (const auto& entry : fs::directory_iterator(ready)) names.push_back(entry.path().filename());
  for (const fs::path& name : names) {
    if (name == kOrders || name == last) continue;
    if (fs::is_directory(ready / name, error))
      remove_whole(folder / name);  // only an empty one can be renamed over
    rename_over(ready / name, folder / name);
  }
  for (const std::string& name : obsolete) remove_whole(folder / name);
  if (!last.empty() && fs::exists(ready / last, error)) rename_over(ready / last, folder / last);
  synchronise_folder(folder);
  remove_whole(ready);
}

fs::path make_staging(const fs::path& folder) {
  std::string pattern = (folder / kStaged).string() + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) fail(folder, {errno, std::generic_category()});
  return pattern;
}

void remove_abandoned(const fs::path& folder) {
  std::vector<fs::path> abandoned;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(kStaged)) abandoned.push_back(entry.path());
  }
  for (const fs::path& path : abandoned) {
    std::error_code ignored;  // what cannot be removed hinders nobody
    fs::remove_all(path, ignored);
  }
}

}  // namespace

FolderTransaction::FolderTransaction(fs::path folder) : folder_(fs::absolute(folder)), lock_(folder_) {
  move_into_place(folder_);
  remove_abandoned(folder_);
  remove_partial_files(folder_);
  staging_ = make_staging(folder_);
}

FolderTransaction::~FolderTransaction() {
  std::error_code ignored;  // a destructor has nobody to tell
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
}

void FolderTransaction::commit(std::span<const std::string> obsolete, std::string_view last) {
  for (const std::string& name : obsolete) {
    if (name.empty() || name == "." || name == ".." || name.find_first_of("/\n") != std::string::npos) {
      throw ConfigError(fmt::format("commit: '{}' is no name of a file in {}", name, folder_.string()));
    }
  }
  AtomicFile orders(staging_ / kOrders, {.synchronise = false});  // synchronise_files() does it for all
  orders.stream() << last << '\n';
  for (const std::string& name : obsolete) orders.stream() << name << '\n';
  orders.commit();
  synchronise_files(staging_);
  rename_over(staging_, folder_ / kReady);
  synchronise_folder(folder_);
  staging_.clear();
  move_into_place(folder_);
}

void FolderTransaction::restart() {
  staging_ = make_staging(folder_);
}

void finish_commit(const fs::path& folder) {
  constexpr auto kPatience = std::chrono::seconds(10);
  constexpr auto kPause = std::chrono::milliseconds(5);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  std::error_code error;
  while (fs::exists(folder / kReady, error)) {
    std::optional<FolderLock> lock;
    try {
      lock.emplace(folder);
    } catch (const FileError&) {
      // A living process is at it, and its reader has come between two renames.
      if (std::chrono::steady_clock::now() > end) throw;
    }
    if (lock.has_value()) return move_into_place(fs::absolute(folder));
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace plstm
