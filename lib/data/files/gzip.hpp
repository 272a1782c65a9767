#pragma once

#include <memory>
#include <ostream>
#include <streambuf>
#include <string>

namespace plstm {

/// The bytes of a source, unpacked if they begin as gzip does. `source` must outlive the buffer; messages call it `name`.
/// Reading throws FileError for compressed data that is damaged or cut off and for a source that fails
/// (std::ios_base::failure), with the place; a stream passes it on if it throws for badbit, and else sets it.
/// pubseekpos() takes places of the unpacked bytes; in compressed data it unpacks what lies before them and cannot go
/// back.
std::unique_ptr<std::streambuf> make_unpacking_buffer(std::streambuf& source, std::string name);

/// Packs what is written, by gzip, into `target`, which must outlive it.
class PackingBuffer : public std::streambuf {
 public:
  /// Throws FileError if there is no memory.
  explicit PackingBuffer(std::ostream& target);
  ~PackingBuffer() override;
  PackingBuffer(const PackingBuffer&) = delete;
  PackingBuffer& operator=(const PackingBuffer&) = delete;

  /// Writes the end of the compressed data; nothing can be written after it.
  void finish();

 protected:
  int_type overflow(int_type character) override;
  int sync() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
