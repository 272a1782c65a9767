#include "trained.hpp"

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

}  // namespace plstm::mol
