#include "chem/smiles_syntax.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace plstm {

namespace {

std::string at(std::size_t position) {
  return " at character " + std::to_string(position + 1);
}

std::string shown(char c) {
  return std::isprint(static_cast<unsigned char>(c)) != 0 ? fmt::format("'{}'", c)
                                                          : "a byte that is no letter";
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Length of the atom at the beginning of `rest`, if it is written without brackets; otherwise 0.
std::size_t organic_atom(std::string_view rest) {
  if (rest.starts_with("Cl") || rest.starts_with("Br")) return 2;
  return std::string_view("BCNOPSFIbcnops*").find(rest[0]) != std::string_view::npos ? 1 : 0;
}

}  // namespace

std::string explain_smiles_syntax(std::string_view smiles) {
  smiles = smiles.substr(0, smiles.find_first_of(" \t"));
  std::vector<std::size_t> open_branches;
  std::map<std::string_view, std::size_t> open_rings;  // number -> where it was opened
  bool seen_atom = false;
  for (std::size_t i = 0; i < smiles.size();) {
    const char c = smiles[i];
    if (c == '[') {
      const std::size_t close = smiles.find_first_of("[]", i + 1);
      if (close == std::string_view::npos || smiles[close] == '[')
        return "the bracket" + at(i) + " is never closed";
      if (close == i + 1) return "the bracket" + at(i) + " is empty";
      seen_atom = true;
      i = close + 1;
    } else if (const std::size_t length = organic_atom(smiles.substr(i)); length > 0) {
      seen_atom = true;
      i += length;
    } else if (!seen_atom) {
      return shown(c) + at(i) + " stands before any atom";
    } else if (c == '(') {
      open_branches.push_back(i++);
    } else if (c == ')') {
      if (open_branches.empty()) return "the parenthesis" + at(i) + " closes nothing";
      open_branches.pop_back();
      ++i;
    } else if (is_digit(c) || c == '%') {
      const std::size_t length = c == '%' ? 3 : 1;
      const std::string_view number = smiles.substr(c == '%' ? i + 1 : i, c == '%' ? 2 : 1);
      if (c == '%' && (number.size() != 2 || !is_digit(number[0]) || !is_digit(number[1]))) {
        return "'%'" + at(i) + " is not followed by two digits";
      }
      if (const auto [ring, opened] = open_rings.emplace(number, i); !opened) open_rings.erase(ring);
      i += length;
    } else if (std::string_view("-=#$:/\\.~>").find(c) != std::string_view::npos) {
      ++i;
    } else {
      return shown(c) + at(i) + " is no atom or bond (write unusual elements in brackets)";
    }
  }
  if (!open_branches.empty()) return "the parenthesis" + at(open_branches.back()) + " is never closed";
  if (!open_rings.empty()) {
    const auto& [number, position] = *open_rings.begin();
    return "ring " + std::string(number) + at(position) + " is never closed";
  }
  return "it is no well-formed SMILES";
}

std::string without_atom_maps(std::string_view smiles) {
  std::string result;
  result.reserve(smiles.size());
  const std::size_t end = std::min(smiles.find_first_of(" \t"), smiles.size());
  std::size_t done = 0;
  while (true) {
    const std::size_t open = smiles.find('[', done);
    const std::size_t close = open < end ? smiles.find(']', open) : std::string_view::npos;
    if (close >= end) break;
    const std::string_view atom = smiles.substr(open, close - open);
    const std::size_t colon = atom.find(':');
    const bool mapped = colon != std::string_view::npos && colon + 1 < atom.size() &&
                        atom.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    result += smiles.substr(done, open - done);
    result += mapped ? atom.substr(0, colon) : atom;
    result += ']';
    done = close + 1;
  }
  result += smiles.substr(done);
  return result;
}

}  // namespace plstm
