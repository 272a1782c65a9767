#include "plstm/data/split.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {

namespace {

// The rows of each class in random order; classes in ascending order.
std::vector<std::vector<std::int32_t>> shuffled_classes(std::span<const std::int32_t> classes,
                                                        Random& random) {
  std::map<std::int32_t, std::vector<std::int32_t>> rows;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    rows[classes[row]].push_back(static_cast<std::int32_t>(row));
  }
  std::vector<std::vector<std::int32_t>> result;
  for (auto& [label, members] : rows) {
    shuffle(members, random);
    result.push_back(std::move(members));
  }
  return result;
}

// Fold f, where the rows of all groups are dealt to the folds in turn.
Split deal_fold(std::span<const std::vector<std::int32_t>> groups, std::int32_t num_folds, std::int32_t fold,
                double validation_share, Random& random) {
  Split split;
  std::int32_t turn = 0;
  std::size_t seen = 0;  // rows outside the test part, up to and with this group
  for (const auto& group : groups) {
    std::vector<std::int32_t> rest;
    for (const std::int32_t row : group) {
      (turn == fold ? split.test : rest).push_back(row);
      turn = (turn + 1) % num_folds;
    }
    // The shares of all rows so far are rounded and not those of each group, so that errors do not add up.
    seen += rest.size();
    const auto wanted = static_cast<std::size_t>(std::llround(validation_share * static_cast<double>(seen)));
    shuffle(rest, random);
    const auto cut = rest.begin() + static_cast<std::ptrdiff_t>(wanted - split.validation.size());
    split.validation.insert(split.validation.end(), rest.begin(), cut);
    split.train.insert(split.train.end(), cut, rest.end());
  }
  for (auto* part : {&split.train, &split.validation, &split.test}) std::sort(part->begin(), part->end());
  return split;
}

std::vector<Split> make_folds(const std::string& function, std::span<const std::int32_t> classes,
                              std::int32_t folds, double validation_share, std::uint64_t seed) {
  if (folds < 2) throw ConfigError(function + ": " + std::to_string(folds) + " folds, expected 2 or more");
  if (classes.size() < static_cast<std::size_t>(folds)) {
    throw ConfigError(function + ": " + std::to_string(folds) + " folds of " +
                      std::to_string(classes.size()) + " rows, expected a row or more each");
  }
  if (!(validation_share >= 0 && validation_share < 1)) {
    throw ConfigError(function + ": validation share " + std::to_string(validation_share) +
                      ", expected 0 or more and less than 1");
  }
  Random random(seed);
  const std::vector<std::vector<std::int32_t>> groups = shuffled_classes(classes, random);
  std::vector<Split> splits;
  for (std::int32_t fold = 0; fold < folds; ++fold) {
    splits.push_back(deal_fold(groups, folds, fold, validation_share, random));
    check_split(splits.back(), static_cast<std::int32_t>(classes.size()));
  }
  return splits;
}

}  // namespace

SplitFractions fractions_of(std::span<const double> shares) {
  if (shares.size() != 3) {
    throw ConfigError(
        fmt::format("a split takes three fractions (train, validation, test), got {}", shares.size()));
  }
  const SplitFractions fractions{shares[0], shares[1], shares[2]};
  check_fractions(fractions);
  return fractions;
}

Split split_of_rows(Split split, std::span<const std::int32_t> rows) {
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    for (std::int32_t& row : *part) row = rows[static_cast<std::size_t>(row)];
  }
  return split;
}

void check_fractions(const SplitFractions& fractions) {
  const std::array<double, 3> parts{fractions.train, fractions.validation, fractions.test};
  double sum = 0;
  for (const double part : parts) {
    if (!(part >= 0))
      throw ConfigError("split fractions: " + std::to_string(part) + " is negative or no number");
    sum += part;
  }
  if (!(std::abs(sum - 1) <= 1e-9)) {
    throw ConfigError("split fractions: their sum is " + std::to_string(sum) + ", expected 1");
  }
  if (fractions.train == 0)
    throw ConfigError("split fractions: train is 0, so there is nothing to learn from");
}

void check_split(const Split& split, std::int32_t num_rows) {
  if (split.train.empty()) throw ConfigError("split: train has no rows");
  std::vector<bool> used(static_cast<std::size_t>(std::max(num_rows, 0)));
  for (const std::vector<std::int32_t>* part : {&split.train, &split.validation, &split.test}) {
    for (const std::int32_t row : *part) {
      if (row < 0 || row >= num_rows) {
        throw ConfigError("split: row " + std::to_string(row) + " is not in 0.." +
                          std::to_string(num_rows - 1));
      }
      if (used[static_cast<std::size_t>(row)]) {
        throw ConfigError("split: row " + std::to_string(row) + " comes twice");
      }
      used[static_cast<std::size_t>(row)] = true;
    }
  }
}

Split random_split(std::int32_t num_rows, const SplitFractions& fractions, std::uint64_t seed) {
  check_fractions(fractions);
  if (num_rows <= 0) throw ConfigError("random_split: " + std::to_string(num_rows) + " rows cannot be split");
  Random random(seed);
  const std::vector<std::int32_t> order = random_permutation(num_rows, random);
  const auto cut = [&](double fraction) {
    return order.begin() + std::min<std::ptrdiff_t>(std::llround(fraction * num_rows), num_rows);
  };
  const auto train_end = cut(fractions.train);
  const auto validation_end = cut(fractions.train + fractions.validation);
  Split split{{order.begin(), train_end}, {train_end, validation_end}, {validation_end, order.end()}};
  check_split(split, num_rows);
  return split;
}

Split random_group_split(std::span<const std::vector<std::int32_t>> groups, const SplitFractions& fractions,
                         std::uint64_t seed) {
  check_fractions(fractions);
  std::size_t num_grouped = 0;
  std::int32_t num_rows = 0;
  for (const auto& group : groups) {
    num_grouped += group.size();
    for (const std::int32_t row : group) {
      num_rows = std::max(num_rows, std::min(row, std::numeric_limits<std::int32_t>::max() - 1) + 1);
    }
  }
  const auto share = [&](double fraction) {
    return static_cast<std::size_t>(std::llround(fraction * static_cast<double>(num_grouped)));
  };
  const std::size_t train_end = share(fractions.train);
  const std::size_t validation_end = share(fractions.train + fractions.validation);
  Random random(seed);
  Split split;
  std::size_t seen = 0;
  for (const std::int32_t index : random_permutation(static_cast<std::int32_t>(groups.size()), random)) {
    const auto& group = groups[static_cast<std::size_t>(index)];
    auto& part = seen < train_end ? split.train : seen < validation_end ? split.validation : split.test;
    part.insert(part.end(), group.begin(), group.end());
    seen += group.size();
  }
  check_split(split, num_rows);
  return split;
}

Split group_split(std::span<const std::vector<std::int32_t>> groups, const SplitFractions& fractions) {
  check_fractions(fractions);
  std::vector<const std::vector<std::int32_t>*> order;
  std::size_t num_grouped = 0;
  std::int32_t num_rows = 0;
  for (const auto& group : groups) {
    if (group.empty()) continue;
    order.push_back(&group);
    num_grouped += group.size();
    const std::int32_t last = *std::max_element(group.begin(), group.end());
    num_rows = std::max(num_rows, std::min(last, std::numeric_limits<std::int32_t>::max() - 1) + 1);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::tuple(a->size(), a->front()) > std::tuple(b->size(), b->front());
  });

  const auto total = static_cast<double>(num_grouped);
  const double train_limit = fractions.train * total;
  const double validation_limit = (fractions.train + fractions.validation) * total;
  Split split;
  for (const auto* group : order) {
    const std::size_t train = split.train.size() + group->size();
    const std::size_t both = train + split.validation.size();
    auto& part = static_cast<double>(train) <= train_limit       ? split.train
                 : static_cast<double>(both) <= validation_limit ? split.validation
                                                                 : split.test;
    part.insert(part.end(), group->begin(), group->end());
  }
  check_split(split, num_rows);
  return split;
}

std::vector<Split> stratified_folds(std::span<const std::int32_t> classes, std::int32_t folds,
                                    double validation_share, std::uint64_t seed) {
  return make_folds("stratified_folds", classes, folds, validation_share, seed);
}

std::vector<Split> random_folds(std::int32_t num_rows, std::int32_t folds, double validation_share,
                                std::uint64_t seed) {
  const std::vector<std::int32_t> one_class(static_cast<std::size_t>(std::max(num_rows, 0)), 0);
  return make_folds("random_folds", one_class, folds, validation_share, seed);
}

}  // namespace plstm
