#pragma once

#include <cstddef>
#include <ios>
#include <ostream>
#include <streambuf>
#include <vector>

namespace plstm {

/// An open file of the operating system, closed by the destructor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }
  int release() noexcept;
  /// 0, or the errno of what failed: some file systems report a full disk only here.
  int close() noexcept;

 private:
  int number_ = -1;
};

/// A copy of `descriptor` whose number is 3 or more, closed in programs that this one starts. Where a program was
/// started without standard output, the next file that it opens is number 1 and gets what is meant for a terminal.
Descriptor above_standard_streams(Descriptor descriptor);

/// Buffers what is written to a descriptor, which must outlive it, and keeps the reason of the first failure.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int number);
  /// The errno of the first write that failed, 0 without one.
  int error() const noexcept { return error_; }

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  /// Only where the descriptor is a file: pipes and terminals cannot be sought in.
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;

 private:
  bool write(const char* data, std::size_t size);
  bool empty_buffer();

  int number_;
  int error_ = 0;
  std::vector<char> buffer_;
};

}  // namespace plstm
