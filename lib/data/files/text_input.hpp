#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace plstm {

/// Characters of a text file in UTF-8, for all encodings and line ends of the file.
///
/// The encoding comes from the first bytes: a byte order mark of UTF-8 or UTF-16, or a zero byte beside an
/// ASCII character, which is UTF-16 without a mark. Everything else is UTF-8. A byte that is not well-formed UTF-8
/// is read as Windows-1252, of which Latin-1 is a part. If the first block of the file has CR but no LF, CR ends
/// lines and is returned as LF. Memory is bounded by a block and the text that is looked at in advance.
class TextInput {
 public:
  static constexpr int kEnd = -1;

  /// `stream` must outlive the input. Messages call it `name`. Throws FileError if the stream cannot be
  /// read, for UTF-32 and for a broken byte order mark.
  TextInput(std::istream& stream, std::string name);

  /// The next byte of the text, or kEnd. Throws FileError if the stream cannot be read or its UTF-16 is broken.
  int peek();
  int get();

  /// The rest of the first block, without reading more. Valid until the next call of get or peek.
  std::string_view ahead() const { return std::string_view(text_).substr(position_); }

  /// Whether ahead() ends where the text ends.
  bool all_ahead() const { return at_end_; }

  /// Goes over so many bytes of ahead(), which have this many line ends.
  void pass(std::size_t bytes, std::int64_t line_ends) {
    position_ += bytes;
    line_ += line_ends;
  }

  /// Where the next byte stands: `inside` bytes of text behind byte `offset` of the stream, at which a block begins.
  struct Place {
    std::int64_t offset = 0, inside = 0, line = 1;
  };
  Place place() const { return {block_, static_cast<std::int64_t>(position_), line_}; }
  /// Goes on at a place() that an input of the same bytes had. Throws FileError if the stream has no such place or cannot
  /// go there.
  void go_to(const Place& place);

  /// How much of the text that has been taken from the stream was given out, 0 to 1.
  double share_given() const {
    const auto ahead = static_cast<double>(text_.size() - position_);
    return decoded_ == 0 ? 0 : 1 - ahead / static_cast<double>(decoded_);
  }

  /// Line of the next byte, from 1.
  std::int64_t line() const { return line_; }

 private:
  enum class Encoding { kUtf8, kUtf16Little, kUtf16Big };

  void choose_encoding();
  bool fill();
  void decode_utf8();
  void decode_utf16();

  std::istream& stream_;
  std::string name_;
  std::string raw_;   // bytes that are not decoded yet
  std::string text_;  // decoded; not returned yet from position_ on
  std::size_t position_ = 0;
  std::size_t decoded_ = 0;  // bytes of all that was in text_
  std::int64_t block_ = 0;   // where in the stream the bytes of text_ begin
  std::int64_t taken_ = 0;   // bytes of the stream that were read
  Encoding encoding_ = Encoding::kUtf8;
  bool at_end_ = false;
  bool cr_ends_lines_ = false;
  std::int64_t line_ = 1;
};

}  // namespace plstm
