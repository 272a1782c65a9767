#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// The unit that the name of a column ends with: "mol/L" of "solubility [mol/L]" or "solubility (mol/L)". What stands in
/// round brackets counts only if it looks like a unit: it has a slash, a per cent or a degree sign, or is one of the usual
/// abbreviations. Empty if there is none.
std::string unit_in(std::string_view column);

}  // namespace plstm
