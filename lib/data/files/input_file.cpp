#include "plstm/data/files/input_file.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <streambuf>

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
    if (file.open(opened, std::ios::in | std::ios::binary) == nullptr) {
      throw FileError(
          fmt::format("{}: cannot be opened{}", name,
                      fs::exists(opened, error) ? "; it may not be readable" : "; there is no such file"));
    }
    buffer = make_unpacking_buffer(file);
    stream.rdbuf(buffer.get());
  }

  std::string name;
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
