#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/core/error.hpp>

namespace plstm {

/// Entry of a table that gives each enumerator its name in settings, files and reports.
template <class Enum>
struct Named {
  Enum value;
  std::string_view name;
};

/// The name of a value, "unknown" if the table has none.
template <class Enum, std::size_t size>
std::string_view name_of(const std::array<Named<Enum>, size>& table, Enum value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "unknown";
}

/// All names, in the table's order.
template <class Enum, std::size_t size>
std::vector<std::string> names_of(const std::array<Named<Enum>, size>& table) {
  std::vector<std::string> names;
  names.reserve(size);
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

/// The value of that name. Throws ConfigError "unknown <what> '<text>', expected one of a, b, c".
template <class Enum, std::size_t size>
Enum parse_named(const std::array<Named<Enum>, size>& table, std::string_view what, std::string_view text) {
  std::string names;
  for (const auto& entry : table) {
    if (entry.name == text) return entry.value;
    names.append(names.empty() ? "" : ", ").append(entry.name);
  }
  throw ConfigError("unknown " + std::string(what) + " '" + std::string(text) + "', expected one of " +
                    names);
}

}  // namespace plstm
