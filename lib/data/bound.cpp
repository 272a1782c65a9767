#include "plstm/data/bound.hpp"

#include <array>
#include <utility>

#include <plstm/data/number.hpp>

namespace plstm {
namespace {

// Those that begin like another come first.
constexpr auto kSigns = std::to_array<std::pair<std::string_view, std::int8_t>>({{">=", 1},
                                                                                 {"=>", 1},
                                                                                 {">", 1},
                                                                                 {"\xE2\x89\xA5", 1},
                                                                                 {"<=", -1},
                                                                                 {"=<", -1},
                                                                                 {"<", -1},
                                                                                 {"\xE2\x89\xA4", -1}});

}  // namespace

BoundText split_bound(std::string_view text) {
  const std::string_view trimmed = trim(text);
  for (const auto& [sign, bound] : kSigns) {
    if (trimmed.starts_with(sign)) return {bound, trim(trimmed.substr(sign.size()))};
  }
  return {0, trimmed};
}

}  // namespace plstm
