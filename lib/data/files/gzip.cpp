#include "data/files/gzip.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include <plstm/core/error.hpp>

#include "data/files/fail_at.hpp"

namespace plstm {
namespace {

constexpr std::size_t kBlock = 1 << 16;
constexpr int kGzip = 16;  // added to the size of zlib's window: gzip's form alone

// Passes the bytes of a source on, unpacked if they begin as gzip does.
class UnpackingBuffer : public std::streambuf {
 public:
  UnpackingBuffer(std::streambuf& source, std::string name)
      : source_(source), name_(std::move(name)), packed_(kBlock), plain_(kBlock) {}
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
    before_ = end_;
    end_ += static_cast<std::streamoff>(size);
    return traits_type::to_int_type(*gptr());
  }

  // Places of the unpacked bytes. To go forward, compressed data is unpacked; it cannot go back.
  pos_type seekpos(pos_type target, std::ios_base::openmode) override {
    if (!started_) start();
    const std::streamoff place = target;
    if (place >= before_ && place <= end_) {
      setg(eback(), eback() + (place - before_), egptr());
      return target;
    }
    if (!unpacks_) {
      if (source_.pubseekpos(target, std::ios::in) != target) return pos_type(off_type(-1));
      taken_ = place;
      available_ = 0;
      setg(nullptr, nullptr, nullptr);
      before_ = end_ = place;
      return target;
    }
    if (place < before_) return pos_type(off_type(-1));
    while (place > end_) {
      if (traits_type::eq_int_type(underflow(), traits_type::eof())) return pos_type(off_type(-1));
    }
    setg(eback(), eback() + (place - before_), egptr());
    return target;
  }

 private:
  void start() {
    started_ = true;
    // A pipe may give the first bytes one by one.
    while (available_ < 2 && refill()) {
    }
    unpacks_ = available_ >= 2 && packed_[0] == '\x1f' && packed_[1] == '\x8b';
    if (unpacks_ && inflateInit2(&zlib_, MAX_WBITS + kGzip) != Z_OK) fail_to_allocate();
  }

  // Adds bytes of the source to packed_; false at its end.
  bool refill() {
    if (first_ > 0) {
      std::copy(packed_.begin() + static_cast<std::ptrdiff_t>(first_),
                packed_.begin() + static_cast<std::ptrdiff_t>(first_ + available_), packed_.begin());
      first_ = 0;
    }
    std::streamsize size = 0;
    try {
      size = source_.sgetn(packed_.data() + available_,
                           static_cast<std::streamsize>(packed_.size() - available_));
    } catch (const std::ios_base::failure& failure) {
      fail_at(name_,
              fmt::format("cannot be read from byte {} on ({}); copy it to another disk, if that can be",
                          taken_, failure.code().message()));
    }
    available_ += static_cast<std::size_t>(std::max<std::streamsize>(size, 0));
    taken_ += std::max<std::streamsize>(size, 0);
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
        if (in_part_) {
          fail(fmt::format("the compressed data is cut off after {} bytes", taken_));
        }
        break;
      }
      if (!in_part_ && parts_ > 0) {
        if (!another_part()) break;
        inflateReset(&zlib_);  // cannot fail: its state is one that inflateInit2 made
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
      } else if (status == Z_MEM_ERROR) {
        fail_to_allocate();
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(fmt::format("the compressed data is damaged at or before byte {}",
                         taken_ - static_cast<std::streamoff>(available_)));
      }
    }
    return plain_.size() - zlib_.avail_out;
  }

  // Whether another part begins here. Tapes fill up the last block with zeros, which are none.
  bool another_part() {
    while (available_ < 2 && refill()) {
    }
    const std::streamoff end = taken_ - static_cast<std::streamoff>(available_);
    const auto begin = [this] { return packed_.begin() + static_cast<std::ptrdiff_t>(first_); };
    if (available_ >= 2 && begin()[0] == '\x1f' && begin()[1] == '\x8b') return true;
    do {
      const auto last = begin() + static_cast<std::ptrdiff_t>(available_);
      if (std::find_if(begin(), last, [](char c) { return c != '\0'; }) != last) {
        fail(fmt::format("after {} bytes of compressed data something else follows", end));
      }
      available_ = 0;
    } while (refill());
    return false;
  }

  [[noreturn]] void fail(const std::string& what) const {
    const auto unpacked = end_ + static_cast<std::streamoff>(plain_.size() - zlib_.avail_out);
    fail_at(name_, fmt::format("{} ({} bytes of text were read); get the file again, \"gzip -t\" tests it",
                               what, unpacked));
  }
  [[noreturn]] void fail_to_allocate() const { fail_at(name_, "there is no memory left to unpack it"); }

  std::streambuf& source_;
  std::string name_;
  std::streamoff taken_ = 0;  // bytes of the source
  std::vector<char> packed_, plain_;
  std::size_t first_ = 0, available_ = 0;  // of packed_
  bool started_ = false, unpacks_ = false, in_part_ = false;
  std::size_t parts_ = 0;
  std::streamoff before_ = 0, end_ = 0;  // of the unpacked bytes: where those begin and end that can be got
  z_stream zlib_{};
};

}  // namespace

std::unique_ptr<std::streambuf> make_unpacking_buffer(std::streambuf& source, std::string name) {
  return std::make_unique<UnpackingBuffer>(source, std::move(name));
}

struct PackingBuffer::Impl {
  explicit Impl(std::ostream& stream) : target(stream), plain(kBlock), packed(kBlock) {
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw FileError("zlib cannot be started; there is no memory left");
    }
  }
  ~Impl() { deflateEnd(&zlib); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void pack(std::size_t size, int flush) {
    zlib.next_in = reinterpret_cast<Bytef*>(plain.data());
    zlib.avail_in = static_cast<uInt>(size);
    do {
      zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
      zlib.avail_out = static_cast<uInt>(packed.size());
      deflate(&zlib, flush);  // cannot fail: it has room, and its state is one that deflateInit2 made
      target.write(packed.data(), static_cast<std::streamsize>(packed.size() - zlib.avail_out));
    } while (zlib.avail_out == 0);
  }

  std::ostream& target;
  std::vector<char> plain, packed;
  z_stream zlib{};
};

PackingBuffer::PackingBuffer(std::ostream& target) : impl_(std::make_unique<Impl>(target)) {
  setp(impl_->plain.data(), impl_->plain.data() + impl_->plain.size());
}
PackingBuffer::~PackingBuffer() = default;

void PackingBuffer::finish() {
  impl_->pack(static_cast<std::size_t>(pptr() - pbase()), Z_FINISH);
  setp(impl_->plain.data(), impl_->plain.data() + impl_->plain.size());
}

PackingBuffer::int_type PackingBuffer::overflow(int_type character) {
  impl_->pack(static_cast<std::size_t>(pptr() - pbase()), Z_NO_FLUSH);
  setp(impl_->plain.data(), impl_->plain.data() + impl_->plain.size());
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  *pptr() = traits_type::to_char_type(character);
  pbump(1);
  return impl_->target ? character : traits_type::eof();
}

// A flush of the writer is none of the compressed data, which would grow by it.
int PackingBuffer::sync() {
  return impl_->target ? 0 : -1;
}

}  // namespace plstm
