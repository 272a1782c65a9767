#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

// Cross-validation that keeps groups of rows together, such as the rows of one molecule or of one scaffold. Split i has
// the i-th fold as its test part. The folds are as equal in rows as the groups allow: groups are taken by their size,
// largest first, and go to the fold with the fewest rows. Of all groups that are not tested, some are for validation with
// about the share `validation_share` of their rows, and the others are for training. Rows stand in ascending order.
// Empty groups are ignored. The same on every machine. Throws ConfigError for fewer than 2 folds, more folds than groups,
// a share outside [0, 1), a row in two groups, or if nothing is left to train on.

/// Groups of equal size are taken in random order, and so are those for validation.
std::vector<Split> random_group_folds(std::span<const std::vector<std::int32_t>> groups, std::int32_t folds,
                                      double validation_share, std::uint64_t seed);

/// Without chance: groups of equal size are taken in the order of their first rows, and validation has small groups, as
/// in group_split().
std::vector<Split> sorted_group_folds(std::span<const std::vector<std::int32_t>> groups, std::int32_t folds,
                                      double validation_share);

}  // namespace plstm
