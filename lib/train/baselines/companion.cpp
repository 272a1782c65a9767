#include "plstm/train/baselines/companion.hpp"

#include <algorithm>
#include <utility>

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
  check_count_forest(companion.forest, tasks.size());
  for (std::size_t task = 0; task < companion.forest.forests.size(); ++task) {
    if (!companion.forest.forests[task].roots.empty() && tasks[task].type != TaskType::kClassification) {
      throw ConfigError(
          fmt::format("the companion has a forest for task {}, which is not of yes and no", task));
    }
  }
}

CompanionPredictor::CompanionPredictor(std::shared_ptr<const Companion> companion)
    : companion_(std::move(companion)), ridge_(companion_->ridge) {}

void CompanionPredictor::predict(GraphCounts graph, GraphValues values, Workspace& workspace,
                                 std::span<double> to) const {
  ridge_.predict(graph, workspace.ridge, to, values);
  if (!companion_->forest.empty()) add_logits(companion_->forest, graph, values, workspace.columns, to);
}

}  // namespace plstm
