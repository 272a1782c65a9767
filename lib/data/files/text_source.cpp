#include "data/files/text_source.hpp"

#include <algorithm>
#include <streambuf>
#include <string_view>

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

void remove_mark(std::string& text) {
  if (text.starts_with(kMark)) text.erase(0, kMark.size());
}

void check_stream(const std::istream& stream, const std::string& name) {
  if (stream.bad()) fail_at(name, "cannot be read; if it is compressed, it may be damaged or cut off");
}

}  // namespace

std::string read_document(std::istream& stream, const std::string& name, std::size_t most_bytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::string text;
  while (stream) {
    const std::size_t before = text.size();
    text.resize(before + std::min(kPiece, most_bytes - before + 1));
    stream.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
    text.resize(before + static_cast<std::size_t>(stream.gcount()));
    if (text.size() > most_bytes) fail_at(name, fmt::format("has more than {} bytes; divide it", most_bytes));
  }
  check_stream(stream, name);
  remove_mark(text);
  return text;
}

bool LineReader::next(std::string& line) {
  line.clear();
  if (!stream_) {
    check_stream(stream_, name_);
    return false;
  }
  ++number_;
  // As std::getline does, with a limit.
  int c = 0;
  try {
    std::streambuf& buffer = *stream_.rdbuf();
    for (c = buffer.sbumpc(); c != std::char_traits<char>::eof() && c != '\n'; c = buffer.sbumpc()) {
      if (line.size() >= kMostDocumentBytes) break;
      line += static_cast<char>(c);
    }
  } catch (const std::ios_base::failure&) {  // of a buffer that unpacks
    stream_.setstate(std::ios::badbit);
  }
  check_stream(stream_, name_);
  if (line.size() >= kMostDocumentBytes) {
    fail_at(place(), fmt::format("the line has more than {} bytes", kMostDocumentBytes));
  }
  if (number_ == 1) remove_mark(line);
  if (line.ends_with('\r')) line.pop_back();
  if (c == '\n') return true;
  stream_.setstate(std::ios::eofbit);
  return !line.empty();
}

}  // namespace plstm
