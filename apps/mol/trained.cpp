#include "trained.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/precision.hpp>

namespace plstm::mol {

namespace fs = std::filesystem;

MoleculePredictor load_predictor(const std::vector<fs::path>& paths, const std::string& precision) {
  std::vector<TrainedModel> members = load_molecule_models(paths);
  apps::say_stopped("plstm-mol", paths);
  for (TrainedModel& member : members) {
    if (!precision.empty()) member.precision = parse_precision(precision);
  }
  return MoleculePredictor(Predictor(std::move(members)));
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

}  // namespace plstm::mol
