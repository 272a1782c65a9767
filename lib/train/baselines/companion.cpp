#include "plstm/train/baselines/companion.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

void check_companion(const Companion& companion, std::span<const Task> tasks) {
  check_tanimoto_ridge(companion.ridge);
  if (!(companion.share >= 0 && companion.share <= 1)) {
    throw ConfigError(fmt::format("the companion's share is {}, expected 0 to 1", companion.share));
  }
  if (companion.ridge.num_tasks() != std::ssize(tasks) && !expects_errors(companion, tasks.size())) {
    throw ConfigError(fmt::format("the companion has {} tasks, expected {} or {}",
                                  companion.ridge.num_tasks(), tasks.size(), 2 * tasks.size()));
  }
  if (std::ranges::any_of(tasks, [](const Task& task) { return task.type == TaskType::kMulticlass; })) {
    throw ConfigError("a companion cannot predict classes of a multiclass task");
  }
}

}  // namespace plstm
