#include "trained.hpp"

#include <utility>

#include <plstm/core/precision.hpp>

#include "support/results/model_flags.hpp"

namespace plstm::dag {

DagPredictor load_predictor(const std::vector<std::filesystem::path>& paths, const std::string& precision) {
  std::vector<TrainedModel> members = load_dag_models(paths);
  apps::say_stopped("plstm-dag", paths);
  for (TrainedModel& member : members) {
    if (!precision.empty()) member.precision = parse_precision(precision);
  }
  return DagPredictor(std::move(members));
}

}  // namespace plstm::dag
