#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace plstm {

/// The objects that stand one after the other in a text of JSON, or in lists there; of their insides only strings and
/// brackets are looked at.
class JsonDocuments {
 public:
  /// `text` must outlive this object. Messages call it `name`.
  JsonDocuments(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  /// Goes to the next object; false at the end. Throws FileError "<name>:<line>: ..." if something else follows, or the
  /// object or list has no end, and if there is no object at all.
  bool next();

  /// The object, from its bracket to its bracket. A view into the text.
  std::string_view text() const { return object_; }

  /// Line on which it begins, from 1.
  std::int64_t line() const { return line_; }

 private:
  void skip_blanks();
  void take_object();
  [[noreturn]] void fail(const char* problem) const;

  std::string_view text_;
  std::string name_;
  std::string_view object_;
  std::size_t position_ = 0;
  std::int64_t here_ = 1;  // line of position_
  std::int64_t line_ = 1;
  bool in_list_ = false;
  bool first_ = true;  // of the list
  bool any_ = false;
};

}  // namespace plstm
