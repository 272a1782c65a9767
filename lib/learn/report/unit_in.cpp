#include "plstm/learn/report/unit_in.hpp"

#include <algorithm>
#include <array>

namespace plstm {
namespace {

constexpr std::array<std::string_view, 40> kUnits{
    "M",      "mM", "uM",  "\u00b5M", "\u03bcM", "nM",      "pM",  "g",   "mg",  "kg",
    "ug",     "L",  "mL",  "mol",     "K",       "C",       "F",   "eV",  "meV", "V",
    "mV",     "J",  "kJ",  "kcal",    "cal",     "Hartree", "Ha",  "D",   "nm",  "A",
    "\u00c5", "s",  "min", "h",       "Pa",      "kPa",     "bar", "atm", "cP",  "ppm"};

constexpr std::size_t kLongest = 24;

bool looks_like_unit(std::string_view text) {
  return text.find('/') != text.npos || text.find('%') != text.npos || text.find("\u00b0") != text.npos ||
         std::ranges::find(kUnits, text) != kUnits.end();
}

}  // namespace

std::string unit_in(std::string_view column) {
  if (column.empty()) return {};
  const bool square = column.back() == ']';
  if (!square && column.back() != ')') return {};
  const std::size_t open = column.rfind(square ? '[' : '(');
  if (open == column.npos || open == 0) return {};
  const std::string_view text = column.substr(open + 1, column.size() - open - 2);
  if (text.empty() || text.size() > kLongest || (!square && !looks_like_unit(text))) return {};
  return std::string(text);
}

}  // namespace plstm
