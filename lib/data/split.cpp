#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/split.hpp>

namespace plstm {

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

}  // namespace plstm
