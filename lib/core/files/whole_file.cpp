#include "plstm/core/files/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 16;

[[noreturn]] void fail(const fs::path& path, const char* what) {
  throw FileError(fmt::format("{}: {} ({})", path.string(), what,
                              errno != 0 ? std::generic_category().message(errno) : "unknown reason"));
}

[[noreturn]] void refuse(const fs::path& path, std::uintmax_t most_bytes) {
  throw FileError(fmt::format("{}: has more than {} bytes, which is too much for such a file", path.string(),
                              most_bytes));
}

}  // namespace

std::string read_whole_file(const fs::path& path, std::uintmax_t most_bytes) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(path, "cannot be opened");
  std::error_code none;  // a device has no size
  const std::uintmax_t size = fs::is_regular_file(path, none) ? fs::file_size(path, none) : 0;
  if (!none && size > most_bytes) refuse(path, most_bytes);
  std::string bytes;
  if (!none) bytes.reserve(static_cast<std::size_t>(size) + 1);
  while (stream) {
    const std::size_t before = bytes.size();
    const auto piece = static_cast<std::size_t>(std::min<std::uintmax_t>(kPiece, most_bytes - before + 1));
    bytes.resize(before + piece);
    stream.read(bytes.data() + before, static_cast<std::streamsize>(piece));
    bytes.resize(before + static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > most_bytes) refuse(path, most_bytes);
  }
  if (!stream.eof()) fail(path, "cannot be read");
  return bytes;
}

}  // namespace plstm
