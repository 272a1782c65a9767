#include "plstm/learn/protocol.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/group_folds.hpp>
#include <plstm/data/split_file.hpp>

namespace plstm {
namespace {

using Rows = std::span<const std::int32_t>;

std::vector<std::int32_t> chosen_folds(const ProtocolOptions& options, std::size_t available) {
  std::vector<std::int32_t> folds = options.fold_list;
  if (folds.empty()) {
    for (std::size_t fold = 0; fold < available; ++fold) folds.push_back(static_cast<std::int32_t>(fold));
  }
  for (const std::int32_t fold : folds) {
    if (fold < 0 || static_cast<std::size_t>(fold) >= available) {
      throw ConfigError(
          fmt::format("list of folds: there is no fold {}, expected 0..{}", fold, available - 1));
    }
  }
  std::ranges::sort(folds);
  folds.erase(std::unique(folds.begin(), folds.end()), folds.end());  // clang 14 lacks that of ranges
  return folds;
}

bool is_grouped(const ProtocolOptions& options) {
  const auto several = [](const std::vector<std::int32_t>& group) { return group.size() > 1; };
  return !options.groups.empty() && (options.sorted_groups || std::ranges::any_of(options.groups, several));
}

// Splits of positions in the usable rows.
std::vector<Split> make_group_splits(const ProtocolOptions& options, std::uint64_t seed) {
  const auto& groups = options.groups;
  if (options.split == SplitKind::kFolds) {
    return options.sorted_groups ? sorted_group_folds(groups, options.folds, options.validation_share)
                                 : random_group_folds(groups, options.folds, options.validation_share, seed);
  }
  return {options.sorted_groups ? group_split(groups, options.fractions)
                                : random_group_split(groups, options.fractions, seed)};
}

std::vector<Split> make_splits(Rows usable, Rows classes, const ProtocolOptions& options,
                               std::uint64_t seed) {
  const auto count = static_cast<std::int32_t>(usable.size());
  std::vector<Split> splits;
  if (is_grouped(options)) {
    splits = make_group_splits(options, seed);
  } else if (options.split == SplitKind::kFolds) {
    splits = classes.empty() ? random_folds(count, options.folds, options.validation_share, seed)
                             : stratified_folds(classes, options.folds, options.validation_share, seed);
  } else {
    splits.push_back(random_split(count, options.fractions, seed));
  }
  for (Split& split : splits) split = split_of_rows(std::move(split), usable);
  return splits;
}

std::string name_of(Rows classes, const ProtocolOptions& options) {
  if (options.split != SplitKind::kGiven && is_grouped(options)) {
    const std::string sizes = options.split == SplitKind::kFolds ? fmt::format("{}-fold", options.folds)
                                                                 : to_text(options.fractions);
    return fmt::format("{}{} of whole {}", options.sorted_groups ? "" : "random ", sizes,
                       options.groups_name);
  }
  switch (options.split) {
    case SplitKind::kFolds:
      return fmt::format("{} {}-fold", classes.empty() ? "random" : "stratified", options.folds);
    case SplitKind::kRandom:
      return "random " + to_text(options.fractions);
    case SplitKind::kGiven:
      break;
  }
  if (!options.given_name.empty()) return options.given_name;
  return options.given.size() == 1 ? "given split" : fmt::format("given {}-fold", options.given.size());
}

void require_parts(const Split& split, std::int32_t fold, bool needs_validation) {
  if (split.train.empty() || (needs_validation && split.validation.empty()) || split.test.empty()) {
    throw ConfigError(
        fmt::format("fold {} has {} rows to train, {} to validate and {} to test; each part needs some", fold,
                    split.train.size(), split.validation.size(), split.test.size()));
  }
}

void check(Rows usable, Rows classes, const ProtocolOptions& options) {
  if (options.seeds < 1) throw ConfigError(fmt::format("seeds is {}, expected 1 or more", options.seeds));
  if (!classes.empty() && classes.size() != usable.size()) {
    throw ConfigError(
        fmt::format("there are {} classes, expected one for each of {} rows", classes.size(), usable.size()));
  }
  std::vector<std::uint8_t> grouped(options.groups.empty() ? 0 : usable.size());
  for (const std::vector<std::int32_t>& group : options.groups) {
    for (const std::int32_t position : group) {
      const auto at = static_cast<std::size_t>(position);
      if (position < 0 || at >= grouped.size() || grouped[at] != 0) {
        throw ConfigError(fmt::format("groups: position {} is not in 0..{} or comes twice", position,
                                      std::ssize(usable) - 1));
      }
      grouped[at] = 1;
    }
  }
  if (const auto left = std::ranges::find(grouped, 0); left != grouped.end()) {
    throw ConfigError(fmt::format("groups: position {} is in no group", left - grouped.begin()));
  }
  if (options.split == SplitKind::kGiven && options.given.empty()) throw ConfigError("no split is given");
}

}  // namespace

Protocol make_protocol(Rows usable, Rows classes, const ProtocolOptions& options) {
  check(usable, classes, options);
  Protocol protocol;
  protocol.name = name_of(classes, options);
  const bool by_seed = options.split != SplitKind::kGiven;
  if (!by_seed) protocol.splits = options.given;
  std::vector<std::int32_t> folds;
  for (std::int64_t i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.first_seed + static_cast<std::uint64_t>(i);
    std::size_t first = 0;
    if (by_seed) {
      first = protocol.splits.size();
      std::vector<Split> splits = make_splits(usable, classes, options, seed);
      std::ranges::move(splits, std::back_inserter(protocol.splits));
    }
    if (folds.empty()) folds = chosen_folds(options, protocol.splits.size());
    for (const std::int32_t fold : folds) {
      protocol.runs.push_back({fold, seed, first + static_cast<std::size_t>(fold)});
      require_parts(protocol.splits[protocol.runs.back().split], fold, options.needs_validation);
    }
  }
  return protocol;
}

std::string note_on_fold_sizes(const Protocol& protocol, const std::string& groups, const std::string& rows) {
  if (protocol.splits.empty()) return "";
  const auto tested = [](const Split& split) { return split.test.size(); };
  const auto [least, most] = std::ranges::minmax(protocol.splits, {}, tested);
  if (2 * most.test.size() <= 3 * least.test.size()) return "";
  return fmt::format("the folds have {} to {} test {}, as whole {} stay together", least.test.size(),
                     most.test.size(), rows, groups);
}

std::vector<Split> read_given_splits(const std::filesystem::path& path, std::int32_t num_rows, Rows usable) {
  std::vector<Split> splits = read_splits(path);
  for (Split& split : splits) {
    try {
      check_split(split, num_rows);
    } catch (const Error& error) {
      throw FileError(
          fmt::format("{}: {} (the data set has {} rows)", path.string(), error.what(), num_rows));
    }
    for (auto* part : {&split.train, &split.validation, &split.test}) {
      std::erase_if(*part, [&](std::int32_t row) { return !std::ranges::binary_search(usable, row); });
    }
  }
  return splits;
}

std::string to_text(const SplitFractions& fractions) {
  return fmt::format("{}:{}:{}", fractions.train, fractions.validation, fractions.test);
}

}  // namespace plstm
