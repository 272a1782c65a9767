#include "plstm/data/output_file.hpp"

#include <streambuf>
#include <vector>

#include <zlib.h>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 1 << 16;

class PackingBuffer : public std::streambuf {
 public:
  explicit PackingBuffer(std::ostream& target) : target_(target), plain_(kBlock), packed_(kBlock) {
    constexpr int kGzip = 16;  // added to the size of zlib's window: gzip's form
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&zlib_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw FileError("zlib cannot be started; there is no memory left");
    }
    setp(plain_.data(), plain_.data() + plain_.size());
  }
  ~PackingBuffer() override { deflateEnd(&zlib_); }
  PackingBuffer(const PackingBuffer&) = delete;
  PackingBuffer& operator=(const PackingBuffer&) = delete;

  // Writes the end of the compressed data; nothing can be written after it.
  void finish() { pack(Z_FINISH); }

 protected:
  int_type overflow(int_type character) override {
    pack(Z_NO_FLUSH);
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    *pptr() = traits_type::to_char_type(character);
    pbump(1);
    return target_ ? character : traits_type::eof();
  }
  // A flush of the writer is none of the compressed data, which would grow by it.
  int sync() override { return target_ ? 0 : -1; }

 private:
  void pack(int flush) {
    zlib_.next_in = reinterpret_cast<Bytef*>(plain_.data());
    zlib_.avail_in = static_cast<uInt>(pptr() - pbase());
    do {
      zlib_.next_out = reinterpret_cast<Bytef*>(packed_.data());
      zlib_.avail_out = static_cast<uInt>(packed_.size());
      deflate(&zlib_, flush);  // cannot fail: it has room, and its state is one that deflateInit2 made
      target_.write(packed_.data(), static_cast<std::streamsize>(packed_.size() - zlib_.avail_out));
    } while (zlib_.avail_out == 0);
    setp(plain_.data(), plain_.data() + plain_.size());
  }

  std::ostream& target_;
  std::vector<char> plain_, packed_;
  z_stream zlib_{};
};

}  // namespace

struct OutputFile::Impl {
  explicit Impl(const fs::path& path) : file(path, {.dash_is_standard_output = true}) {
    if (path.extension() != ".gz") return;
    buffer = std::make_unique<PackingBuffer>(file.stream());
    packed.rdbuf(buffer.get());
  }

  AtomicFile file;
  std::unique_ptr<PackingBuffer> buffer;
  std::ostream packed{nullptr};
};

OutputFile::OutputFile(const fs::path& path) : impl_(std::make_unique<Impl>(path)) {}
OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;

std::ostream& OutputFile::stream() noexcept {
  return impl_->buffer != nullptr ? impl_->packed : impl_->file.stream();
}

void OutputFile::commit() {
  if (impl_->buffer != nullptr) impl_->buffer->finish();
  impl_->file.commit();
}

}  // namespace plstm
