#include "plstm/core/files/folder_lock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <plstm/core/error.hpp>

#include "core/files/descriptor.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_lock(const fs::path& folder, int error) {
  throw FileError(
      fmt::format("{}: the folder cannot be locked ({}); choose a folder that is writable, on a file "
                  "system with locks",
                  folder.string(), std::generic_category().message(error)));
}

// " (process 1234)" if the lock file says so.
std::string owner_text(int lock) {
  std::array<char, 20> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
  const char* end = std::find_if_not(text.data(), text.data() + std::max<ssize_t>(size, 0),
                                     [](char c) { return c >= '0' && c <= '9'; });
  return end == text.data()
             ? ""
             : fmt::format(" (process {})",
                           std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

// Whether the path still leads to the open file. Otherwise its owner removed it on giving the lock back, or the
// folder was moved.
bool is_current(int lock, const fs::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(lock, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

struct FolderLock::Impl {
  Impl(fs::path file, Descriptor held) : path(std::move(file)), lock(std::move(held)) {}
  ~Impl() {
    if (is_current(lock.number(), path)) ::unlink(path.c_str());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  fs::path path;
  Descriptor lock;
};

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = fs::absolute(folder) / ".lock";
  while (true) {
    Descriptor lock = above_standard_streams(Descriptor(::open(
        path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)));
    if (!lock.is_open()) fail_to_lock(folder, errno);
    if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) fail_to_lock(folder, errno);
      throw FileError(
          fmt::format("{}: another process works in this folder{}; wait until it has ended, or choose "
                      "another folder",
                      folder.string(), owner_text(lock.number())));
    }
    if (!is_current(lock.number(), path)) continue;
    // The number only helps the message of others: that it cannot be written (full disk) changes no lock.
    const std::string number = fmt::format("{}\n", ::getpid());
    [[maybe_unused]] const bool noted =
        ::ftruncate(lock.number(), 0) == 0 && ::pwrite(lock.number(), number.data(), number.size(), 0) > 0;
    impl_ = std::make_unique<Impl>(path, std::move(lock));
    return;
  }
}

FolderLock::~FolderLock() = default;
FolderLock::FolderLock(FolderLock&&) noexcept = default;
FolderLock& FolderLock::operator=(FolderLock&&) noexcept = default;

}  // namespace plstm
