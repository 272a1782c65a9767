#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// Which rows of a data set train, choose (validation) and judge (test) a model; 0-based. Rows in no part are
/// left out.
struct Split {
  std::vector<std::int32_t> train, validation, test;

  bool operator==(const Split&) const = default;
};

/// Shares of the three parts.
struct SplitFractions {
  double train = 0.8;
  double validation = 0.1;
  double test = 0.1;
};

/// Throws ConfigError unless the fractions are nonnegative numbers with sum 1 (up to 1e-9) and train > 0.
void check_fractions(const SplitFractions& fractions);

/// Throws ConfigError unless all indices lie in 0..num_rows-1, none comes twice, and train is not empty.
void check_split(const Split& split, std::int32_t num_rows);

/// Rows 0..num_rows-1 in random order, cut at the rounded fractions. The same on every machine.
/// Throws ConfigError for bad fractions or if nothing is left to train on.
Split random_split(std::int32_t num_rows, const SplitFractions& fractions, std::uint64_t seed);

/// Keeps groups (e.g. molecules of one scaffold) together. Groups come in order of size, then of first index,
/// both descending; each goes to train while train stays within its share of all grouped rows, else to
/// validation while train + validation stay within theirs, else to test. Rows stand in the order in which
/// their groups came. Empty groups are ignored. Throws ConfigError for bad fractions, a row in two groups, or
/// if train stays empty.
Split group_split(std::span<const std::vector<std::int32_t>> groups, const SplitFractions& fractions);

}  // namespace plstm
