#include "group_task.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm::sequence {
namespace {

GroupTask symmetric_group(std::string name, std::int32_t things) {
  std::vector<std::int32_t> permutation(static_cast<std::size_t>(things));
  std::iota(permutation.begin(), permutation.end(), 0);
  std::vector<std::vector<std::int32_t>> elements;  // in lexicographic order, the identity first
  do {
    elements.push_back(permutation);
  } while (std::ranges::next_permutation(permutation).found);
  GroupTask task{std::move(name), static_cast<std::int32_t>(elements.size()), {}};
  for (const auto& first : elements) {
    for (const auto& second : elements) {
      for (std::size_t i = 0; i < permutation.size(); ++i) {
        permutation[i] = second[static_cast<std::size_t>(first[i])];
      }
      const auto found = std::ranges::lower_bound(elements, permutation);
      task.product.push_back(static_cast<std::int32_t>(found - elements.begin()));
    }
  }
  return task;
}

}  // namespace

GroupTask make_group_task(std::string_view name) {
  if (name == "parity") return {"parity", 2, {0, 1, 1, 0}};
  if (name == "s3") return symmetric_group("s3", 3);
  if (name == "s5") return symmetric_group("s5", 5);
  throw ConfigError(fmt::format("unknown task '{}', expected one of parity, s3, s5", name));
}

TrackingSet draw_sequences(const GroupTask& task, std::int64_t samples, std::int64_t length,
                           std::uint64_t seed, std::uint64_t stream) {
  if (samples < 1 || length < 1) {
    throw ConfigError(fmt::format("{} sequences of length {}: both must be at least 1", samples, length));
  }
  TrackingSet set;
  set.positions = 1 + length;
  Random random(seed, stream);
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    set.starts.push_back(std::ssize(set.tokens));
    set.tokens.push_back(task.order);
    set.targets.push_back(0);
    set.present.push_back(0);
    std::int32_t product = 0;
    for (std::int64_t i = 0; i < length; ++i) {
      const auto element = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(task.order)));
      product = task.multiply(product, element);
      set.tokens.push_back(element);
      set.targets.push_back(static_cast<float>(product));
      set.present.push_back(1);
    }
  }
  return set;
}

}  // namespace plstm::sequence
