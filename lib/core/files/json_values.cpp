#include "core/files/json_values.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

// A value as it stands in messages.
std::string quoted_json(const Json& value) {
  constexpr std::size_t kLongest = 60;
  const std::string text = json_text(value);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

void expect(bool condition, const char* what, const Json& found) {
  if (!condition) throw FileError(fmt::format("expected {}, not {}", what, quoted_json(found)));
}

}  // namespace

template <class T>
void read_json(const Json& from, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    expect(from.is_boolean(), "true or false", from);
    value = from.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    expect(from.is_number_integer(), "a whole number", from);
    const bool fits = from.is_number_unsigned() ? std::in_range<T>(from.get<std::uint64_t>())
                                                : std::in_range<T>(from.get<std::int64_t>());
    expect(fits, "a whole number that fits", from);
    value = from.get<T>();
  } else if constexpr (std::is_floating_point_v<T>) {
    expect(from.is_number() && std::isfinite(from.get<double>()), "a number", from);
    value = from.get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    expect(from.is_string(), "text", from);
    value = from.get<std::string>();
  } else {
    expect(from.is_array(), "a list", from);
    value.clear();
    for (const auto& item : from) read_json(item, value.emplace_back());
  }
}

template void read_json(const Json&, bool&);
template void read_json(const Json&, std::int32_t&);
template void read_json(const Json&, std::int64_t&);
template void read_json(const Json&, std::uint64_t&);
template void read_json(const Json&, float&);
template void read_json(const Json&, double&);
template void read_json(const Json&, std::string&);
template void read_json(const Json&, std::vector<std::uint8_t>&);
template void read_json(const Json&, std::vector<std::int32_t>&);
template void read_json(const Json&, std::vector<double>&);
template void read_json(const Json&, std::vector<std::string>&);
template void read_json(const Json&, std::vector<std::vector<std::string>>&);

}  // namespace plstm
