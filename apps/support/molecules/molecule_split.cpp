#include "molecule_split.hpp"

#include <fmt/format.h>

#include <plstm/chem/molecule_table.hpp>
#include <plstm/core/error.hpp>

namespace plstm::mol {

Split scaffold_split(const std::string& source, std::span<const std::int32_t> rows,
                     std::span<const std::string> scaffolds, const SplitFractions& fractions) {
  try {
    return plstm::scaffold_split(rows, scaffolds, fractions);
  } catch (const FileError& error) {
    throw FileError(fmt::format("{}: {} (--split random)", source, error.what()));
  }
}

}  // namespace plstm::mol
