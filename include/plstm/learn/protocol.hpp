#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

/// Where the splits of a protocol come from.
enum class SplitKind {
  kFolds,   ///< cross-validation, stratified where rows have classes; drawn anew for each seed
  kRandom,  ///< one split at random; drawn anew for each seed
  kGiven,   ///< the caller's, the same for all seeds, which then vary training alone
};

/// How a data set is divided, and how often.
struct ProtocolOptions {
  SplitKind split = SplitKind::kFolds;
  std::vector<Split> given;  ///< of kGiven
  std::string given_name;    ///< of kGiven, for tables; empty: "given split" or "given <n>-fold"
  std::int32_t folds = 10;   ///< of kFolds
  double validation_share =
      1.0 / 9;  ///< of kFolds: of the rows that are not tested; the rest is for training
  std::vector<std::int32_t> fold_list;  ///< only these folds or given splits, from 0; empty: all
  SplitFractions fractions;             ///< of kRandom
  bool needs_validation = true;         ///< no split may have an empty validation part
  /// Rows that stay together in a part, such as those of one molecule or one scaffold: every position in `usable` in one
  /// group. Empty: each row is on its own. Of kFolds and kRandom; groups of more than one row are not stratified.
  std::vector<std::vector<std::int32_t>> groups;
  std::string groups_name = "groups";  ///< for tables, such as "scaffolds"
  bool sorted_groups = false;          ///< groups are divided by their sizes, the same for all seeds
  std::int64_t seeds = 1;
  std::uint64_t first_seed = 0;
};

/// One training: a split and a seed.
struct ProtocolRun {
  std::int32_t fold = 0;
  std::uint64_t seed = 0;
  std::size_t split = 0;  ///< index into Protocol::splits

  bool operator==(const ProtocolRun&) const = default;
};

struct Protocol {
  std::string name;  ///< as tables show it, e.g. "stratified 10-fold" or "random 0.8:0.1:0.1"
  std::vector<Split> splits;
  std::vector<ProtocolRun> runs;  ///< by seed, then by fold
};

/// Divides the rows `usable` of a data set by random_folds(), stratified_folds(), random_split() and, where there are
/// groups, by their counterparts for groups; rows in no part are left out. `classes` holds the class of each usable row,
/// any numbers, or nothing. The same on every machine. Where no group has two rows and groups are not sorted, the result
/// is that without groups.
///
/// Throws ConfigError for options that make no sense, for a fold that does not exist, for groups that have not
/// every position once, or if a split leaves one of the three parts empty, naming the fold and the sizes.
Protocol make_protocol(std::span<const std::int32_t> usable, std::span<const std::int32_t> classes,
                       const ProtocolOptions& options);

/// "the folds have 3 to 12 test rows, as whole scaffolds stay together", where the largest fold has more than one and a
/// half times the test rows of the smallest, as groups differ in size; else empty. `rows` is what rows are called.
std::string note_on_fold_sizes(const Protocol& protocol, const std::string& groups,
                               const std::string& rows = "rows");

/// The splits of a file (split_file.hpp), without the rows that are not in `usable`, which is ascending. Throws FileError
/// for a file that cannot be read or that names a row outside 0 .. num_rows - 1.
std::vector<Split> read_given_splits(const std::filesystem::path& path, std::int32_t num_rows,
                                     std::span<const std::int32_t> usable);

/// "0.8:0.1:0.1".
std::string to_text(const SplitFractions& fractions);

}  // namespace plstm
