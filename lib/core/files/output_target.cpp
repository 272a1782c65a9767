#include "core/files/output_target.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plstm {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;  // as many as Linux follows

[[noreturn]] void fail_with(int error) {
  throw std::system_error(error, std::generic_category());
}

// The number behind /dev/stdout, /dev/fd/3 and the like, or -1. Such a name looks like a link to a file, but a
// file put there would not be the one that the descriptor writes.
int own_descriptor(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.empty() || name.size() > 6 ||
      !std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
    return -1;
  }
  std::error_code error;
  const fs::path folder = fs::canonical(path.parent_path(), error);
  const fs::path own = "/proc/" + std::to_string(::getpid());
  return !error && (folder == own / "fd" || folder.parent_path().parent_path() == own / "task")
             ? std::stoi(name)
             : -1;
}

// Opens without waiting for ever: the reader of a FIFO may start a little later than this program.
Descriptor open_through(const fs::path& path) {
  constexpr auto kPause = std::chrono::milliseconds(10);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (descriptor.is_open()) {
      if (::fcntl(descriptor.number(), F_SETFL, 0) != 0) fail_with(errno);  // writes wait again
      return above_standard_streams(std::move(descriptor));
    }
    if (errno == ENXIO && fs::is_fifo(path)) {
      std::this_thread::sleep_for(kPause);
    } else if (errno != EINTR) {
      break;
    }
  }
  fail_with(errno);
}

}  // namespace

OutputTarget find_output_target(const fs::path& path) {
  OutputTarget target;
  target.file = path;
  for (int links = 0;; ++links) {
    if (links > kMaxLinks) fail_with(ELOOP);
    if (const int number = own_descriptor(target.file); number >= 0) {
      target.through = Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
      if (!target.through.is_open()) fail_with(errno);
      return target;
    }
    std::error_code error;
    const fs::path next = fs::read_symlink(target.file, error);
    if (error) break;  // no link
    target.file = next.is_absolute() ? next : target.file.parent_path() / next;
  }
  struct stat status {};
  if (::stat(target.file.c_str(), &status) != 0) {
    if (errno != ENOENT) fail_with(errno);
  } else if (S_ISDIR(status.st_mode)) {
    fail_with(EISDIR);
  } else if (!S_ISREG(status.st_mode)) {
    target.through = open_through(target.file);
  }
  return target;
}

}  // namespace plstm
