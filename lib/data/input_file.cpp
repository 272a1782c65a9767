#include "plstm/data/input_file.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <streambuf>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 1 << 16;

// Passes the bytes of a source on, unpacked if they begin as gzip does. Throws std::ios_base::failure, which a stream
// turns into badbit.
class UnpackingBuffer : public std::streambuf {
 public:
  explicit UnpackingBuffer(std::streambuf& source) : source_(source), packed_(kBlock), plain_(kBlock) {}
  ~UnpackingBuffer() override {
    if (unpacks_) inflateEnd(&zlib_);
  }
  UnpackingBuffer(const UnpackingBuffer&) = delete;
  UnpackingBuffer& operator=(const UnpackingBuffer&) = delete;

 protected:
  int_type underflow() override {
    if (!started_) start();
    const std::size_t size = unpacks_ ? unpack() : read_plain();
    if (size == 0) return traits_type::eof();
    setg(plain_.data(), plain_.data(), plain_.data() + size);
    return traits_type::to_int_type(*gptr());
  }

 private:
  void start() {
    started_ = true;
    // A pipe may give the first bytes one by one.
    while (available_ < 2 && refill()) {
    }
    unpacks_ = available_ >= 2 && packed_[0] == '\x1f' && packed_[1] == '\x8b';
    constexpr int kGzip = 16;  // added to the size of zlib's window: only gzip's form
    if (unpacks_ && inflateInit2(&zlib_, MAX_WBITS + kGzip) != Z_OK) fail("zlib cannot be started");
  }

  // Adds bytes of the source to packed_; false at its end.
  bool refill() {
    if (first_ > 0) {
      std::copy(packed_.begin() + static_cast<std::ptrdiff_t>(first_),
                packed_.begin() + static_cast<std::ptrdiff_t>(first_ + available_), packed_.begin());
      first_ = 0;
    }
    const std::streamsize size =
        source_.sgetn(packed_.data() + available_, static_cast<std::streamsize>(packed_.size() - available_));
    available_ += static_cast<std::size_t>(std::max<std::streamsize>(size, 0));
    return size > 0;
  }

  std::size_t read_plain() {
    if (available_ == 0) refill();
    std::copy_n(packed_.begin() + static_cast<std::ptrdiff_t>(first_), available_, plain_.begin());
    first_ = 0;
    return std::exchange(available_, 0);
  }

  std::size_t unpack() {
    zlib_.next_out = reinterpret_cast<Bytef*>(plain_.data());
    zlib_.avail_out = static_cast<uInt>(plain_.size());
    while (zlib_.avail_out == plain_.size()) {
      if (available_ == 0 && !refill()) {
        if (in_part_) fail("the compressed data is cut off");
        break;
      }
      if (!in_part_ && parts_ > 0) {
        if (inflateReset(&zlib_) != Z_OK) fail("zlib cannot go on");
      }
      in_part_ = true;
      zlib_.next_in = reinterpret_cast<Bytef*>(packed_.data() + first_);
      zlib_.avail_in = static_cast<uInt>(available_);
      const int status = inflate(&zlib_, Z_NO_FLUSH);
      first_ += available_ - zlib_.avail_in;
      available_ = zlib_.avail_in;
      if (status == Z_STREAM_END) {
        in_part_ = false;
        ++parts_;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail("the compressed data is damaged");
      }
    }
    return plain_.size() - zlib_.avail_out;
  }

  [[noreturn]] static void fail(const char* what) { throw std::ios_base::failure(what); }

  std::streambuf& source_;
  std::vector<char> packed_, plain_;
  std::size_t first_ = 0, available_ = 0;  // of packed_
  bool started_ = false, unpacks_ = false, in_part_ = false;
  std::size_t parts_ = 0;
  z_stream zlib_{};
};

}  // namespace

struct InputFile::Impl {
  explicit Impl(const fs::path& path) : name(path == "-" ? "standard input" : path.string()) {
    std::streambuf* source = std::cin.rdbuf();
    if (path != "-") {
      std::error_code error;
      if (fs::is_directory(path, error)) throw FileError(name + ": is a folder; name a file in it");
      if (file.open(path, std::ios::in | std::ios::binary) == nullptr) {
        throw FileError(
            fmt::format("{}: cannot be opened{}", name,
                        fs::exists(path, error) ? "; it may not be readable" : "; there is no such file"));
      }
      source = &file;
    }
    buffer = std::make_unique<UnpackingBuffer>(*source);
    stream.rdbuf(buffer.get());
  }

  std::string name;
  std::filebuf file;
  std::unique_ptr<UnpackingBuffer> buffer;
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
