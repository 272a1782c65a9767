#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm::mol {

/// Split of the given rows by scaffold, scaffolds[i] that of row i. Throws FileError, beginning with
/// `source`, if one scaffold alone is larger than the share of train.
Split scaffold_split(const std::string& source, std::span<const std::int32_t> rows,
                     std::span<const std::string> scaffolds, const SplitFractions& fractions);

}  // namespace plstm::mol
