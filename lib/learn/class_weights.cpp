#include "class_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <plstm/core/error.hpp>

namespace plstm {

void balance_classes(const LabeledGraphs& data, std::span<const std::int32_t> things,
                     std::span<const Task> tasks, Objective& objective) {
  if (std::ranges::all_of(tasks, [](const Task& task) { return task.type == TaskType::kRegression; })) {
    throw ConfigError("balance_classes: no task has classes");
  }
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (tasks[task].type == TaskType::kRegression) continue;
    const auto classes = static_cast<std::size_t>(std::max<Index>(tasks[task].classes, 2));
    std::vector<double> totals(classes, 0);
    double total = 0, occurring = 0;
    for (const std::int32_t thing : things) {
      const std::size_t at = static_cast<std::size_t>(thing) * tasks.size() + task;
      const double label = data.targets()[at];
      if (data.present()[at] == 0 || !(label >= 0 && label < static_cast<double>(classes))) continue;
      const auto weight = static_cast<double>(data.weights()[static_cast<std::size_t>(thing)]);
      totals[static_cast<std::size_t>(label)] += weight;
      total += weight;
    }
    for (const double of_class : totals) occurring += of_class > 0 ? 1 : 0;
    std::vector<double>& weights = objective.tasks[task].class_weights;
    weights.assign(classes, 1);
    for (std::size_t c = 0; c < classes; ++c) {
      if (totals[c] > 0) weights[c] = total / (occurring * totals[c]);
    }
  }
}

}  // namespace plstm
