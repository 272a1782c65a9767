#include "plstm/data/group_folds.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

using Groups = std::vector<std::vector<std::int32_t>>;
using Divide = std::function<Split(const Groups& rest, std::size_t fold)>;

void check(const std::string& function, const Groups& groups, std::int32_t folds, double validation_share) {
  if (folds < 2) throw ConfigError(fmt::format("{}: {} folds, expected 2 or more", function, folds));
  if (std::ssize(groups) < folds) {
    throw ConfigError(fmt::format("{}: {} folds of {} groups of rows, expected a group or more each",
                                  function, folds, groups.size()));
  }
  if (!(validation_share >= 0 && validation_share < 1)) {
    throw ConfigError(fmt::format("{}: validation share {}, expected 0 or more and less than 1", function,
                                  validation_share));
  }
}

// The groups of each fold. The fold with the fewest rows takes the next group, the first of several.
std::vector<Groups> deal(const Groups& groups, std::int32_t folds) {
  std::vector<Groups> dealt(static_cast<std::size_t>(folds));
  std::vector<std::size_t> rows(dealt.size());
  for (const auto& group : groups) {
    const auto smallest = static_cast<std::size_t>(std::ranges::min_element(rows) - rows.begin());
    rows[smallest] += group.size();
    dealt[smallest].push_back(group);
  }
  return dealt;
}

std::int32_t row_limit(const Groups& groups) {
  std::int32_t limit = 0;
  for (const auto& group : groups) {
    for (const std::int32_t row : group) {
      limit = std::max(limit, std::min(row, std::numeric_limits<std::int32_t>::max() - 1) + 1);
    }
  }
  return limit;
}

std::vector<Split> make_folds(const Groups& groups, std::int32_t folds, const Divide& divide) {
  const std::vector<Groups> dealt = deal(groups, folds);
  const std::int32_t limit = row_limit(groups);
  std::vector<Split> splits;
  for (std::size_t fold = 0; fold < dealt.size(); ++fold) {
    Groups rest;
    for (std::size_t other = 0; other < dealt.size(); ++other) {
      if (other != fold) rest.insert(rest.end(), dealt[other].begin(), dealt[other].end());
    }
    Split split = divide(rest, fold);
    // What rounding has put behind the end of validation.
    split.validation.insert(split.validation.end(), split.test.begin(), split.test.end());
    split.test.clear();
    for (const auto& group : dealt[fold]) split.test.insert(split.test.end(), group.begin(), group.end());
    for (auto* part : {&split.train, &split.validation, &split.test}) std::ranges::sort(*part);
    check_split(split, limit);
    splits.push_back(std::move(split));
  }
  return splits;
}

Groups filled(std::span<const std::vector<std::int32_t>> groups) {
  Groups result;
  std::ranges::copy_if(groups, std::back_inserter(result), [](const auto& group) { return !group.empty(); });
  return result;
}

}  // namespace

std::vector<Split> random_group_folds(std::span<const std::vector<std::int32_t>> groups, std::int32_t folds,
                                      double validation_share, std::uint64_t seed) {
  const Groups some = filled(groups);
  check("random_group_folds", some, folds, validation_share);
  Random random(seed);
  Groups order;
  for (const std::int32_t i : random_permutation(static_cast<std::int32_t>(some.size()), random)) {
    order.push_back(some[static_cast<std::size_t>(i)]);
  }
  std::ranges::stable_sort(order, std::greater{}, &std::vector<std::int32_t>::size);
  return make_folds(order, folds, [&](const Groups& rest, std::size_t fold) {
    return random_group_split(rest, {1 - validation_share, validation_share, 0}, mix_seed(seed, fold));
  });
}

std::vector<Split> sorted_group_folds(std::span<const std::vector<std::int32_t>> groups, std::int32_t folds,
                                      double validation_share) {
  Groups order = filled(groups);
  check("sorted_group_folds", order, folds, validation_share);
  std::ranges::sort(order, {}, [](const auto& group) { return group.front(); });
  std::ranges::stable_sort(order, std::greater{}, &std::vector<std::int32_t>::size);
  return make_folds(order, folds, [&](const Groups& rest, std::size_t) {
    return group_split(rest, {1 - validation_share, validation_share, 0});
  });
}

}  // namespace plstm
