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
  std::vector<Split> given;             ///< of kGiven
  std::string given_name;               ///< of kGiven, for tables; empty: "given split" or "given <n>-fold"
  std::int32_t folds = 10;              ///< of kFolds
  std::vector<std::int32_t> fold_list;  ///< only these folds or given splits, from 0; empty: all
  SplitFractions fractions;             ///< of kRandom
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

/// Divides the rows `usable` of a data set; rows in no part are left out. `classes` holds the class of each usable row,
/// any numbers, or nothing. The same on every machine.
///
/// Throws ConfigError for options that make no sense, for a fold that does not exist, or if a split leaves one of the
/// three parts empty, naming the fold and the sizes.
Protocol make_protocol(std::span<const std::int32_t> usable, std::span<const std::int32_t> classes,
                       const ProtocolOptions& options);

/// The splits of a file (split_file.hpp), without the rows that are not in `usable`, which is ascending. Throws FileError
/// for a file that cannot be read or that names a row outside 0 .. num_rows - 1.
std::vector<Split> read_given_splits(const std::filesystem::path& path, std::int32_t num_rows,
                                     std::span<const std::int32_t> usable);

/// "0.8:0.1:0.1".
std::string to_text(const SplitFractions& fractions);

}  // namespace plstm
