#include "plstm/core/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw FileError(path.string() + ": cannot be written (" + reason +
                  "); choose a folder that exists, is writable and has space");
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), partial_(path_) {
  partial_ += ".partial";
  if (std::filesystem::is_directory(path_)) fail(path_, "it is a folder");
  errno = 0;
  stream_.open(partial_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail(path_, errno != 0 ? std::strerror(errno) : "open failed");
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void AtomicFile::commit() {
  errno = 0;
  stream_.flush();
  stream_.close();
  if (!stream_) fail(path_, errno != 0 ? std::strerror(errno) : "write failed");
  std::error_code error;
  std::filesystem::rename(partial_, path_, error);
  if (error) fail(path_, error.message());
  committed_ = true;
}

}  // namespace plstm
