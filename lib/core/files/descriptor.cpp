#include "core/files/descriptor.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace plstm {

namespace {

constexpr std::size_t kBufferSize = 64 * 1024;
constexpr int kFirstOwn = 3;  // behind standard input, output and error

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept {
  const int number = number_;
  number_ = -1;
  return number;
}

int Descriptor::close() noexcept {
  if (!is_open()) return 0;
  // The number is free after an interrupted close, too: a second call could close what another thread opened.
  return ::close(release()) == 0 || errno == EINTR ? 0 : errno;
}

Descriptor above_standard_streams(Descriptor descriptor) {
  if (!descriptor.is_open() || descriptor.number() >= kFirstOwn) return descriptor;
  return Descriptor(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, kFirstOwn));
}

DescriptorBuffer::DescriptorBuffer(int number) : number_(number), buffer_(kBufferSize) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

bool DescriptorBuffer::write(const char* data, std::size_t size) {
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::write(number_, data, size);
    if (written < 0) {
      if (errno != EINTR) error_ = errno;
      continue;
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return error_ == 0;
}

bool DescriptorBuffer::empty_buffer() {
  const bool good = write(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return good;
}

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type character) {
  if (!empty_buffer()) return traits_type::eof();
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  return sputc(traits_type::to_char_type(character));
}

std::streamsize DescriptorBuffer::xsputn(const char* text, std::streamsize size) {
  if (size < epptr() - pptr()) {
    traits_type::copy(pptr(), text, static_cast<std::size_t>(size));
    pbump(static_cast<int>(size));
    return size;
  }
  return empty_buffer() && write(text, static_cast<std::size_t>(size)) ? size : 0;
}

int DescriptorBuffer::sync() {
  return empty_buffer() ? 0 : -1;
}

DescriptorBuffer::pos_type DescriptorBuffer::seekpos(pos_type position, std::ios_base::openmode) {
  if (!empty_buffer()) return pos_type(off_type(-1));
  return pos_type(::lseek(number_, static_cast<off_t>(off_type(position)), SEEK_SET));
}

}  // namespace plstm
