#include "molecule_split.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/chem/scaffold.hpp>
#include <plstm/core/error.hpp>

namespace plstm::mol {

Split scaffold_split(const std::string& source, std::span<const std::int32_t> rows,
                     std::span<const std::string> scaffolds, const SplitFractions& fractions) {
  check_fractions(fractions);
  std::vector<std::string> kept;
  for (const std::int32_t row : rows) kept.push_back(scaffolds[static_cast<std::size_t>(row)]);
  const std::vector<std::vector<std::int32_t>> groups = scaffold_groups(kept);
  const auto largest = std::ranges::max_element(groups, {}, &std::vector<std::int32_t>::size);
  if (largest != groups.end() &&
      static_cast<double>(largest->size()) > fractions.train * static_cast<double>(rows.size())) {
    throw FileError(fmt::format(
        "{}: {} of {} molecules have the same scaffold '{}', too many for a split by scaffold; use "
        "--split random",
        source, largest->size(), rows.size(), kept[static_cast<std::size_t>(largest->front())]));
  }
  Split split = group_split(groups, fractions);
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    for (std::int32_t& row : *part) row = rows[static_cast<std::size_t>(row)];
  }
  return split;
}

}  // namespace plstm::mol
