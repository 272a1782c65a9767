#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace plstm {

/// Throws ShapeError "<function>: <argument> has shape [a, b], expected [c, d]" unless both lists are equal.
void check_shape(std::string_view function, std::string_view argument,
                 std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> expected);

/// Throws ShapeError "<function>: <argument> has <size> entries, expected <expected>" unless equal.
void check_size(std::string_view function, std::string_view argument, std::int64_t size,
                std::int64_t expected);

}  // namespace plstm
