#include "data/files/peeked_input.hpp"

#include <cstddef>
#include <ios>

namespace plstm {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;

std::string read_block(std::istream& stream) {
  std::string block(kBlock, '\0');
  stream.read(block.data(), static_cast<std::streamsize>(block.size()));
  block.resize(static_cast<std::size_t>(stream.gcount()));
  return block;
}

}  // namespace

PeekedInput::PeekedInput(const std::filesystem::path& path)
    : file_(path),
      beginning_(read_block(file_.stream())),
      buffer_(beginning_, file_.stream()),
      stream_(&buffer_) {
  stream_.exceptions(std::ios::badbit);  // as those of the file
}

PeekedInput::Buffer::Buffer(std::string& beginning, std::istream& rest) : rest_(rest) {
  setg(beginning.data(), beginning.data(), beginning.data() + beginning.size());
}

PeekedInput::Buffer::int_type PeekedInput::Buffer::underflow() {
  if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
  block_ = read_block(rest_);
  if (block_.empty()) return traits_type::eof();
  setg(block_.data(), block_.data(), block_.data() + block_.size());
  return traits_type::to_int_type(*gptr());
}

}  // namespace plstm
