#include "data/files/json_documents.hpp"

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

bool JsonDocuments::next() {
  skip_blanks();
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (in_list_ && c == ']') {
      in_list_ = false;
      any_ = true;  // an empty list is a set without graphs
    } else if (!in_list_ && c == '[') {
      in_list_ = first_ = true;
    } else {
      if (in_list_ && !first_) {
        if (c != ',') fail("a comma or the end of the list should stand here");
        ++position_;
        skip_blanks();
      }
      first_ = false;
      take_object();
      return true;
    }
    ++position_;
    skip_blanks();
  }
  if (in_list_) fail("the list of graphs has no end; the file may be cut off");
  if (!any_) fail("there is no graph; expected an object in curly brackets");
  return false;
}

void JsonDocuments::skip_blanks() {
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
    if (c == '\n') ++here_;
  }
}

void JsonDocuments::take_object() {
  if (position_ >= text_.size() || text_[position_] != '{') {
    fail("a graph should stand here: an object in curly brackets");
  }
  line_ = here_;
  const std::size_t begin = position_;
  std::size_t depth = 0;
  bool in_string = false;
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '\n') ++here_;
    if (in_string) {
      if (c == '\\') ++position_;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      object_ = text_.substr(begin, ++position_ - begin);
      any_ = true;
      return;
    }
  }
  position_ = text_.size();
  here_ = line_;
  fail("the graph that begins here has no end; the file may be cut off");
}

void JsonDocuments::fail(const char* problem) const {
  fail_at(fmt::format("{}:{}", name_, here_), problem);
}

}  // namespace plstm
