#include "trained.hpp"

#include <algorithm>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/precision.hpp>

namespace plstm::mol {

MoleculePredictor load_predictor(const std::vector<std::filesystem::path>& paths,
                                 const std::string& precision) {
  std::vector<TrainedModel> members = load_molecule_models(paths);
  for (TrainedModel& member : members) {
    if (!precision.empty()) member.precision = parse_precision(precision);
  }
  return MoleculePredictor(Predictor(std::move(members)));
}

TaskType task_type(const Predictor& predictor) {
  const std::vector<Task>& tasks = predictor.members().front().tasks;
  const auto other = [&](const Task& task) { return task.type != tasks.front().type; };
  if (std::ranges::any_of(tasks, other)) {
    throw ConfigError("the model has targets of different kinds; predict them with the library");
  }
  return tasks.front().type;
}

Matrix<double> predict(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                       std::span<const std::int32_t> chosen) {
  const Predictions predictions = predictor.predict(graphs, chosen);
  return ConstMatrixMap<double>(predictions.values.data(), static_cast<Index>(predictions.num_rows()),
                                std::ssize(predictions.columns));
}

}  // namespace plstm::mol
