#include "plstm/learn/label_notes.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// Smallest and largest label of a task among some things.
struct Range {
  std::int64_t count = 0;
  double low = 0, high = 0;

  void add(double value) {
    low = count == 0 ? value : std::min(low, value);
    high = count == 0 ? value : std::max(high, value);
    ++count;
  }
  bool varies() const { return count > 0 && low < high; }
};

std::vector<std::int64_t> things_of(const LabeledGraphs& data, const FitSplit& split,
                                    std::span<const std::int32_t> part) {
  const std::int64_t limit = split.over_things ? data.num_things() : data.num_graphs();
  std::vector<std::int64_t> things;
  for (const std::int32_t number : part) {
    if (number < 0 || number >= limit) {
      throw ConfigError(fmt::format("the split names number {}, expected 0..{}", number, limit - 1));
    }
    if (split.over_things) {
      things.push_back(number);
      continue;
    }
    const auto at = static_cast<std::size_t>(number);
    for (std::int64_t thing = data.offsets()[at]; thing < data.offsets()[at + 1]; ++thing)
      things.push_back(thing);
  }
  return things;
}

// What a part has for the loss, or for a metric: bounds and weights count in the loss alone.
std::vector<Range> ranges_of(const LabeledGraphs& data, std::span<const std::int64_t> things, bool of_loss) {
  const auto tasks = static_cast<std::size_t>(data.num_tasks());
  std::vector<Range> ranges(tasks);
  for (const std::int64_t thing : things) {
    if (of_loss && !(data.weights()[static_cast<std::size_t>(thing)] > 0)) continue;
    for (std::size_t task = 0; task < tasks; ++task) {
      const std::size_t at = static_cast<std::size_t>(thing) * tasks + task;
      const bool measured = of_loss || data.bounds().empty() || data.bounds()[at] == 0;
      if (data.present()[at] != 0 && measured) ranges[task].add(data.targets()[at]);
    }
  }
  return ranges;
}

bool is_defined(Metric metric, const Task& task, const Range& range) {
  switch (metric) {
    case Metric::kRocAuc:
    case Metric::kPrAuc:
    case Metric::kR2:
    case Metric::kPearson:
    case Metric::kSpearman:
    case Metric::kBalancedAccuracy:
    case Metric::kMcc:
    case Metric::kEnrichment:
      return range.varies();
    case Metric::kF1:
      return range.count > 0 && (task.type == TaskType::kMulticlass || range.high > 0);
    case Metric::kRmse:
    case Metric::kMae:
    case Metric::kAccuracy:
    case Metric::kLoss:
      break;
  }
  return range.count > 0;
}

}  // namespace

std::vector<std::string> notes_on_labels(const LabeledGraphs& data, const FitSplit& split,
                                         std::span<const Task> tasks, Metric metric) {
  std::vector<std::string> notes;
  const std::vector<Range> train = ranges_of(data, things_of(data, split, split.train), true);
  const std::vector<std::string> names = data.task_names();
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (train[task].count > 0 && !train[task].varies()) {
      notes.push_back(fmt::format("all training values of '{}' are {}; it has nothing to learn", names[task],
                                  train[task].low));
    }
  }
  const std::vector<Range> validation =
      ranges_of(data, things_of(data, split, split.validation), metric == Metric::kLoss);
  if (std::ranges::none_of(validation, [](const Range& range) { return range.count > 0; })) {
    notes.emplace_back(
        "there is nothing to validate with, so the last epoch is kept and patience never ends the training");
    return notes;
  }
  bool defined = false;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    defined = defined || is_defined(metric, tasks[task], validation[task]);
  }
  if (!defined) {
    notes.push_back(
        fmt::format("the metric {} is undefined on the validation part, whose values are all equal; the loss "
                    "chooses the epoch",
                    name(metric)));
  }
  return notes;
}

}  // namespace plstm
