#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plstm {

/// The tags of an XML document, one after the other. What stands between them is skipped: text, comments, sections of
/// character data, processing instructions and the document type.
class XmlTags {
 public:
  /// Elements may be nested so deep. Parsers that recurse overflow the stack where they are nested deeper.
  static constexpr std::size_t kMostDepth = 64;

  /// `text` must outlive this object. Messages call it `name`.
  XmlTags(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  /// Goes to the next tag that begins or ends an element; false at the end. An element without contents, <a/>, has one tag.
  /// Throws FileError "<name>:<line>: ..." for a tag that is malformed, one that ends another element than the last that
  /// began, a document that ends inside an element, one that is not in UTF-8, and elements nested too deep.
  bool next();

  /// Of the tag: whether it begins an element, and whether it ends one.
  bool begins() const { return begins_; }
  bool ends() const { return ends_; }
  std::string_view element() const { return element_; }

  /// How many elements are open around the element of the tag: 0 for that of the document.
  std::size_t depth() const { return depth_; }

  /// The text of an attribute of a tag that begins an element, with its references to characters replaced.
  std::optional<std::string> attribute(std::string_view name) const;

  /// Where the tag begins and ends in the text, and its line, from 1.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return position_; }
  std::int64_t line() const { return line_; }
  std::string place() const { return name_ + ":" + std::to_string(line_); }

 private:
  bool skip_other();
  void skip_past(std::string_view mark, const char* what);
  void skip_document_type();
  void read_attributes();
  std::string_view take_name();
  void skip_blanks();
  [[noreturn]] void fail(const std::string& problem) const;

  std::string_view text_;
  std::string name_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;
  std::size_t counted_ = 0;  // lines are counted up to here
  std::int64_t line_ = 1;
  std::vector<std::string_view> open_;
  std::string_view element_;
  std::size_t depth_ = 0;
  bool begins_ = false;
  bool ends_ = false;
  std::vector<std::pair<std::string_view, std::string_view>> attributes_;
};

}  // namespace plstm
