#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <plstm/data/split.hpp>

namespace plstm::mol {

/// scaffold_split() of the library. Its errors begin with `source` and name the flag that helps.
Split scaffold_split(const std::string& source, std::span<const std::int32_t> rows,
                     std::span<const std::string> scaffolds, const SplitFractions& fractions);

}  // namespace plstm::mol
