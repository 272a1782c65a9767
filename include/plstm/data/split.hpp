#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// Rows of a data set for training, validation and test, counted from 0. Rows in no part are not used.
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

/// The shares as users give them: three numbers for training, validation and test. Throws ConfigError for another count,
/// and what check_fractions() throws.
SplitFractions fractions_of(std::span<const double> shares);

/// What a split of 0..rows.size()-1 says of the rows of a larger set: row i becomes rows[i].
Split split_of_rows(Split split, std::span<const std::int32_t> rows);

/// Throws ConfigError unless all indices lie in 0..num_rows-1, each occurs at most once, and train is not empty.
void check_split(const Split& split, std::int32_t num_rows);

/// Rows 0..num_rows-1 in random order, cut at the rounded fractions. The same on every machine.
/// Throws ConfigError for bad fractions or if nothing is left to train on.
Split random_split(std::int32_t num_rows, const SplitFractions& fractions, std::uint64_t seed);

/// Keeps groups (e.g. molecules of one scaffold) together. Groups are taken in order of size, then of first
/// index, both descending. A group goes to train if train stays within its share of all grouped rows with it,
/// otherwise to validation if train + validation stay within their share, otherwise to test. In each part, rows
/// stand in the order in which their groups were taken. Empty groups are ignored. Throws ConfigError for bad
/// fractions, a row in two groups, or if train stays empty.
Split group_split(std::span<const std::vector<std::int32_t>> groups, const SplitFractions& fractions);

/// Keeps groups (e.g. equal molecules) together and is random otherwise: groups come in random order and go to train
/// until it has its rounded share of all grouped rows, then to validation, then to test, so that a part may exceed
/// its share by less than a group. Empty groups are ignored. The same on every machine. Throws ConfigError as
/// group_split does.
Split random_group_split(std::span<const std::vector<std::int32_t>> groups, const SplitFractions& fractions,
                         std::uint64_t seed);

/// Cross-validation. The rows 0..classes.size()-1 are cut into `folds` parts. Split i has the i-th part as its
/// test set. Of all other rows, the share `validation_share` is for validation and the rest for training. 10 folds
/// and 1.0 / 9 make 8:1:1.
///
/// Rows go to the parts at random and evenly: two test parts differ by at most one row, in all and in each class.
/// Validation has its share of each class up to less than one row, and of all rows up to half a row. Rows stand
/// in ascending order. `classes` are any numbers; a class may have fewer rows than there are folds. The same on
/// every machine. Throws ConfigError for fewer than 2 folds, more folds than rows, a share outside [0, 1), or if
/// nothing is left to train on.
std::vector<Split> stratified_folds(std::span<const std::int32_t> classes, std::int32_t folds,
                                    double validation_share, std::uint64_t seed);

/// The same for rows 0..num_rows-1 that have no classes.
std::vector<Split> random_folds(std::int32_t num_rows, std::int32_t folds, double validation_share,
                                std::uint64_t seed);

}  // namespace plstm
