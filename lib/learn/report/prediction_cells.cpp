#include "plstm/learn/report/prediction_cells.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace plstm {

std::vector<std::string> distinct_names(std::vector<std::string> taken, std::span<const std::string> names,
                                        const std::string& suffix) {
  const auto first = std::ssize(taken);
  for (std::string name : names) {
    while (std::ranges::find(taken, name) != taken.end()) name += suffix;
    taken.push_back(std::move(name));
  }
  return {taken.begin() + first, taken.end()};
}

std::string format_prediction(double value) {
  // Ten digits, and six behind the point of a large number: targets with a large offset differ there only.
  const double magnitude = std::abs(value);
  const int whole =
      magnitude >= 1 && std::isfinite(magnitude) ? static_cast<int>(std::log10(magnitude)) + 1 : 0;
  return fmt::format("{:.{}g}", value, std::clamp(whole + 6, 10, 17));
}

std::vector<std::string> class_columns(const std::vector<std::string>& targets, std::span<const Task> tasks) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].type != TaskType::kRegression) columns.push_back(targets[i] + "_class");
  }
  return columns;
}

std::vector<std::string> class_cells(std::span<const Task> tasks, std::span<const double> predictions) {
  std::vector<std::string> cells;
  std::size_t column = 0;
  for (const Task& task : tasks) {
    const auto width = static_cast<std::size_t>(num_outputs(task.type, 1, task.classes));
    if (task.type != TaskType::kRegression) {
      cells.push_back(class_name(task, chosen_class(task, predictions.subspan(column, width))));
    }
    column += width;
  }
  return cells;
}

std::vector<std::string> prediction_cells(std::span<const Task> tasks, std::span<const double> predictions) {
  std::vector<std::string> cells;
  std::ranges::transform(predictions, std::back_inserter(cells), format_prediction);
  std::ranges::move(class_cells(tasks, predictions), std::back_inserter(cells));
  return cells;
}

std::vector<std::optional<LabelMap>> labels_of(const Predictor& predictor) {
  std::vector<std::optional<LabelMap>> labels;
  for (const Task& task : predictor.members().front().tasks) {
    std::optional<LabelMap>& map = labels.emplace_back();
    if (task.type == TaskType::kRegression) continue;
    std::vector<std::string> names = task.class_names;
    const Index classes = task.type == TaskType::kClassification ? 2 : task.classes;
    for (Index c = std::ssize(names); c < classes; ++c) names.push_back(fmt::to_string(c));
    map.emplace(std::move(names));
  }
  return labels;
}

}  // namespace plstm
