#include "plstm/core/shape.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>

namespace plstm {

void check_shape(std::string_view function, std::string_view argument,
                 std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> expected) {
  if (std::ranges::equal(shape, expected)) return;
  throw ShapeError(fmt::format("{}: {} has shape [{}], expected [{}]", function, argument,
                               fmt::join(shape, ", "), fmt::join(expected, ", ")));
}

void check_size(std::string_view function, std::string_view argument, std::int64_t size,
                std::int64_t expected) {
  if (size == expected) return;
  throw ShapeError(fmt::format("{}: {} has {} entries, expected {}", function, argument, size, expected));
}

}  // namespace plstm
