#include "plstm/data/files/spreadsheet.hpp"

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

bool looks_like_formula(std::string_view field) {
  if (field.empty() || std::string_view("=+-@\t\r").find(field.front()) == std::string_view::npos)
    return false;
  try {
    parse_double(field);
    return false;
  } catch (const FileError&) {
    return true;
  }
}

std::string escape_formula(std::string field) {
  if (looks_like_formula(field)) field.insert(field.begin(), '\'');
  return field;
}

}  // namespace plstm
