#include "told.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <span>

#include <nlohmann/json.hpp>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/data/split_file.hpp>

#include "support/json_text.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

// Of runs of other versions, which may have written it in another way, it is not known.
std::string split_kind_of(const fs::path& folder) try {
  const auto config = apps::parse_json(read_whole_file(folder / "config.json"));
  return config.at("split").get<std::string>();
} catch (const std::exception&) {
  return {};
}

std::optional<Split> split_of(const fs::path& folder) try {
  return read_split(folder / "splits.json");
} catch (const Error&) {
  return std::nullopt;
}

std::shared_ptr<const Calibration> common_calibration(std::span<const TrainedModel> models) {
  const auto& first = models.front().calibration;
  const auto other = [&](const TrainedModel& model) { return model.calibration != first; };
  return std::ranges::any_of(models, other) ? nullptr : first;
}

std::optional<LearntMolecules> learnt_molecules(std::span<const TrainedModel> models) {
  std::set<const TrainingDomain*> domains;
  for (const TrainedModel& model : models) {
    if (model.domain != nullptr) domains.insert(model.domain.get());
  }
  std::optional<LearntMolecules> learnt;
  for (const TrainingDomain* domain : domains) {
    if (!learnt.has_value()) learnt = LearntMolecules{domain->fewest_nodes, domain->most_nodes};
    learnt->fewest_atoms = std::min(learnt->fewest_atoms, domain->fewest_nodes);
    learnt->most_atoms = std::max(learnt->most_atoms, domain->most_nodes);
    learnt->compared += domain->num_graphs();
    learnt->columns.resize(domain->columns.size());
    for (std::size_t i = 0; i < domain->columns.size(); ++i) {
      SeenColumn& column = learnt->columns[i];
      column.lowest = std::min(column.lowest, domain->columns[i].lowest);
      column.highest = std::max(column.highest, domain->columns[i].highest);
      column.missing = column.missing || domain->columns[i].missing;
    }
    ++learnt->trainings;
  }
  return learnt;
}

Told read_told_once(const fs::path& path) {
  Told told;
  told.path = path;
  told.models = load_molecule_models({&path, 1});
  told.calibration = common_calibration(told.models);
  told.learnt = learnt_molecules(told.models);
  if (!fs::is_directory(path)) return told;
  told.run = read_run_manifest(path);
  if (!told.run.has_value()) return told;
  told.changed = changed_files(path, *told.run);
  told.split_kind = split_kind_of(path);
  told.split = split_of(path);
  return told;
}

}  // namespace

Told read_told(const fs::path& path) {
  Told told;
  read_whole_runs({&path, 1}, [&] { told = read_told_once(path); });
  return told;
}

}  // namespace plstm::mol
