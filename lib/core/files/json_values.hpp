#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

namespace plstm {

/// A value as it stands in messages.
inline std::string quoted_json(const nlohmann::ordered_json& value) {
  constexpr std::size_t kLongest = 60;
  const std::string text = value.dump();
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

/// `from` as a T: whole numbers must fit into T, real numbers must be finite, nothing is rounded or converted. Throws
/// FileError saying what was expected.
template <class T>
void read_json(const nlohmann::ordered_json& from, T& value) {
  const auto expect = [&](bool condition, const char* what) {
    if (!condition) throw FileError(fmt::format("expected {}, not {}", what, quoted_json(from)));
  };
  if constexpr (std::is_same_v<T, bool>) {
    expect(from.is_boolean(), "true or false");
    value = from.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    expect(from.is_number_integer(), "a whole number");
    const bool fits = from.is_number_unsigned() ? std::in_range<T>(from.get<std::uint64_t>())
                                                : std::in_range<T>(from.get<std::int64_t>());
    expect(fits, "a whole number that fits");
    value = from.get<T>();
  } else if constexpr (std::is_floating_point_v<T>) {
    expect(from.is_number() && std::isfinite(from.get<double>()), "a number");
    value = from.get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    expect(from.is_string(), "text");
    value = from.get<std::string>();
  } else {
    expect(from.is_array(), "a list");
    value.clear();
    for (const auto& item : from) read_json(item, value.emplace_back());
  }
}

}  // namespace plstm
