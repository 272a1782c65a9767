#include "data/files/peeked_input.hpp"

#include <cstddef>
#include <ios>

#include "data/files/fail_at.hpp"

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
  if (file_.stream().bad() && beginning_.empty()) {
    fail_at(name(), "cannot be read; if it is compressed, it may be damaged or cut off");
  }
}

PeekedInput::Buffer::Buffer(std::string& beginning, std::istream& rest) : rest_(rest) {
  setg(beginning.data(), beginning.data(), beginning.data() + beginning.size());
}

PeekedInput::Buffer::int_type PeekedInput::Buffer::underflow() {
  if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
  block_ = read_block(rest_);
  // A stream that reads from here turns this into its own badbit.
  if (rest_.bad()) throw std::ios_base::failure("the input cannot be read");
  if (block_.empty()) return traits_type::eof();
  setg(block_.data(), block_.data(), block_.data() + block_.size());
  return traits_type::to_int_type(*gptr());
}

}  // namespace plstm
