#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace plstm {

/// The words of a DOT document, one after the other. Comments are skipped.
class DotTokens {
 public:
  enum class Kind { kId, kKeyword, kPunctuation, kEnd };

  /// `text` must outlive this object. Messages call it `name`.
  DotTokens(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  /// Goes to the next word. Throws FileError "<name>:<line>: ..." for a character that begins no word, a quote or comment
  /// that is not closed, and texts in HTML.
  void next();

  Kind kind() const { return kind_; }

  /// An id without its quotes, a keyword in small letters, one of { } [ ] ; = , : + ( ) @, or -> or --.
  const std::string& text() const { return word_; }
  bool is(std::string_view text) const { return kind_ != Kind::kId && word_ == text; }

  /// Where the word begins and ends in the document, and its line, from 1.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return position_; }
  std::int64_t line() const { return line_; }
  std::string place() const { return name_ + ":" + std::to_string(line_); }
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  void skip_blanks();
  void read_quoted();
  void take(Kind kind, std::size_t size);

  std::string_view text_;
  std::string name_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;
  std::size_t counted_ = 0;  // lines are counted up to here
  std::int64_t line_ = 1;
  Kind kind_ = Kind::kEnd;
  std::string word_;
};

}  // namespace plstm
