#include "protocol.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/split_file.hpp>
#ifdef PLSTM_BENCH_WITH_CHEM
#include "support/molecule_split.hpp"
#endif

namespace plstm::bench {
namespace {

// From positions among the usable rows to rows.
void to_rows(Split& split, const std::vector<std::int32_t>& rows) {
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    for (std::int32_t& row : *part) row = rows[static_cast<std::size_t>(row)];
  }
}

SplitFractions fractions_of(const std::vector<double>& sizes) {
  if (sizes.size() != 3) {
    throw ConfigError(
        fmt::format("--split-sizes takes three fractions (train, validation, test), got {}", sizes.size()));
  }
  const SplitFractions fractions{sizes[0], sizes[1], sizes[2]};
  check_fractions(fractions);
  return fractions;
}

std::string sizes_text(const std::vector<double>& sizes) {
  return fmt::format("{}:{}:{}", sizes[0], sizes[1], sizes[2]);
}

// Classes of the usable rows, for stratification; empty if the set has none.
std::vector<std::int32_t> classes_of(const BenchData& data) {
  std::vector<std::int32_t> classes;
  const bool yes_or_no = data.task == TaskType::kClassification && data.targets.cols() == 1;
  if (data.task != TaskType::kMulticlass && !yes_or_no) return classes;
  for (const std::int32_t row : data.usable_rows) {
    classes.push_back(data.present(row, 0) != 0 ? std::lround(data.targets(row, 0)) : -1);
  }
  return classes;
}

std::vector<Split> read_given(const BenchData& data, std::filesystem::path path) {
  std::string text = path.string();
  if (const std::size_t place = text.find("{}"); place != std::string::npos)
    text.replace(place, 2, data.name);
  path = text;
  std::vector<Split> splits = read_splits(path);
  const std::set<std::int32_t> usable(data.usable_rows.begin(), data.usable_rows.end());
  for (Split& split : splits) {
    try {
      check_split(split, data.num_rows());
    } catch (const Error& error) {
      throw FileError(
          fmt::format("{}: {} ({} has {} rows)", path.string(), error.what(), data.name, data.num_rows()));
    }
    for (auto* part : {&split.train, &split.validation, &split.test}) {
      std::erase_if(*part, [&](std::int32_t row) { return !usable.contains(row); });
    }
  }
  return splits;
}

std::vector<std::int32_t> chosen_folds(const ProtocolOptions& options, std::size_t available) {
  std::vector<std::int32_t> folds = options.fold_list;
  if (folds.empty()) {
    for (std::size_t fold = 0; fold < available; ++fold) folds.push_back(static_cast<std::int32_t>(fold));
  }
  for (const std::int32_t fold : folds) {
    if (fold < 0 || static_cast<std::size_t>(fold) >= available) {
      throw ConfigError(fmt::format("--fold-list: there is no fold {}, expected 0..{}", fold, available - 1));
    }
  }
  std::ranges::sort(folds);
  folds.erase(std::ranges::unique(folds).begin(), folds.end());
  return folds;
}

// The splits of one seed; all that have no seed are made once.
std::vector<Split> make_splits(const BenchData& data, const ProtocolOptions& options, std::uint64_t seed) {
  const std::vector<std::int32_t>& rows = data.usable_rows;
  const auto count = static_cast<std::int32_t>(rows.size());
  std::vector<Split> splits;
  if (options.split == "folds") {
    const std::vector<std::int32_t> classes = classes_of(data);
    constexpr double kShare = 1.0 / 9;  // of the rows that are not tested, as in the paper
    splits = classes.empty() ? random_folds(count, options.folds, kShare, seed)
                             : stratified_folds(classes, options.folds, kShare, seed);
  } else if (options.split == "random") {
    splits.push_back(random_split(count, fractions_of(options.sizes), seed));
  } else {
#ifdef PLSTM_BENCH_WITH_CHEM
    if (!data.scaffolds.empty()) {
      return {mol::scaffold_split(data.name, rows, data.scaffolds, fractions_of(options.sizes))};
    }
#endif
    throw ConfigError(fmt::format("--split {}: expected one of folds, random{}", options.split,
                                  data.kind == DataKind::kMolecules ? ", scaffold" : ""));
  }
  for (Split& split : splits) to_rows(split, rows);
  return splits;
}

std::string protocol_name(const BenchData& data, const ProtocolOptions& options) {
  if (options.split == "folds") {
    return fmt::format("{} {}-fold", classes_of(data).empty() ? "random" : "stratified", options.folds);
  }
  return fmt::format("{} {}", options.split, sizes_text(options.sizes));
}

void require_parts(const BenchData& data, const Split& split, std::int32_t fold) {
  if (split.train.empty() || split.validation.empty() || split.test.empty()) {
    throw ConfigError(
        fmt::format("{}: fold {} has {} rows to train, {} to validate and {} to test; each part needs some",
                    data.name, fold, split.train.size(), split.validation.size(), split.test.size()));
  }
}

}  // namespace

Protocol make_protocol(const BenchData& data, const ProtocolOptions& options) {
  if (options.seeds < 1) throw ConfigError(fmt::format("--seeds is {}, expected 1 or more", options.seeds));
  Protocol protocol;
  const bool given = !options.splits_file.empty();
  const bool by_seed = !given && options.split != "scaffold";
  if (given) {
    protocol.splits = read_given(data, options.splits_file);
    protocol.name =
        protocol.splits.size() == 1 ? "given split" : fmt::format("given {}-fold", protocol.splits.size());
  }
  std::vector<std::int32_t> folds;
  for (std::int64_t i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.first_seed + static_cast<std::uint64_t>(i);
    std::size_t first = 0;
    if (by_seed || protocol.splits.empty()) {
      first = protocol.splits.size();
      std::vector<Split> splits = make_splits(data, options, seed);
      protocol.splits.insert(protocol.splits.end(), splits.begin(), splits.end());
    }
    if (folds.empty()) folds = chosen_folds(options, protocol.splits.size());
    for (const std::int32_t fold : folds) {
      protocol.runs.push_back({fold, seed, first + static_cast<std::size_t>(fold)});
      require_parts(data, protocol.splits[protocol.runs.back().split], fold);
    }
  }
  if (!given) protocol.name = protocol_name(data, options);
  return protocol;
}

}  // namespace plstm::bench
