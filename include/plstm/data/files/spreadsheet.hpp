#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Whether a spreadsheet would take the field of a table for a formula: it begins with =, +, -, @, a tab or a carriage
/// return, and is no number.
bool looks_like_formula(std::string_view field);

/// The field with a ' before it if it looks like a formula: spreadsheets then show it as the text that it is.
std::string escape_formula(std::string field);

}  // namespace plstm
