#include "plstm/data/files/input_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <streambuf>
#include <system_error>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "data/files/gzip.hpp"

namespace plstm {
namespace fs = std::filesystem;

struct InputFile::Impl {
  explicit Impl(const fs::path& path) : name(path == "-" ? "standard input" : path.string()) {
    const fs::path opened = path == "-" ? "/dev/stdin" : path;
    std::error_code error;
    if (fs::is_directory(opened, error)) throw FileError(name + ": is a folder; name a file in it");
    errno = 0;
    if (file.open(opened, std::ios::in | std::ios::binary) == nullptr) {
      const int reason = errno;
      throw FileError(fmt::format("{}: cannot be opened; {}", name,
                                  reason == ENOENT ? "there is no such file"
                                  : reason == 0    ? "it may not be readable"
                                                   : std::generic_category().message(reason)));
    }
    if (fs::is_regular_file(opened, error)) size = fs::file_size(opened, error);
    if (error) size = 0;
    buffer = make_unpacking_buffer(file, name);
    stream.rdbuf(buffer.get());
    stream.exceptions(std::ios::badbit);  // what the buffer says of a failure is not lost
  }

  std::string name;
  std::uintmax_t size = 0;  // of a regular file
  std::filebuf file;
  std::unique_ptr<std::streambuf> buffer;
  std::istream stream{nullptr};
};

InputFile::InputFile(const fs::path& path) : impl_(std::make_unique<Impl>(path)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;

std::istream& InputFile::stream() noexcept {
  return impl_->stream;
}

const std::string& InputFile::name() const noexcept {
  return impl_->name;
}

std::optional<double> InputFile::share_read() const {
  if (impl_->size == 0) return std::nullopt;
  const auto read = static_cast<std::streamoff>(impl_->file.pubseekoff(0, std::ios::cur, std::ios::in));
  if (read < 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(read) / static_cast<double>(impl_->size));
}

std::string kind_of_file(const fs::path& path) {
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  const std::string ending = lower(path.extension().string());
  return ending == ".gz" ? lower(path.stem().extension().string()) : ending;
}

}  // namespace plstm
