#pragma once

#include <cstdint>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

/// Throws ShapeError unless the offsets ascend from 0 to `size`.
inline void check_segments(const char* function, std::span<const std::int32_t> offsets, std::int64_t size) {
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != size) {
    throw ShapeError(fmt::format("{}: offsets go from {} to {}, expected 0 to {}", function,
                                 offsets.empty() ? 0 : offsets.front(), offsets.empty() ? 0 : offsets.back(),
                                 size));
  }
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
    if (offsets[s] > offsets[s + 1]) {
      throw ShapeError(fmt::format("{}: offsets[{}] is {}, but offsets[{}] is {}; they must ascend", function,
                                   s, offsets[s], s + 1, offsets[s + 1]));
    }
  }
}

}  // namespace plstm
