#include "training_recipe.hpp"

#include <filesystem>

#include <fmt/format.h>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/pretrained.hpp>
#include <plstm/core/error.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/learn/run_folder.hpp>

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

// Not the median. A companion predicts means.
bool learns_other_quantile(const RunOptions& options) {
  return options.loss == LossKind::kQuantile && options.loss_parameter.value_or(0.5) != 0.5;
}

// Other metrics would choose an epoch that is near the mean, or one that leaves out rare classes.
bool suits_default_metric(const RunOptions& options) {
  return !learns_other_quantile(options) && !(options.class_balance && options.has(TaskType::kMulticlass));
}

}  // namespace

std::shared_ptr<const TrainedModel> load_start(RunOptions& options) {
  std::shared_ptr<const TrainedModel> start;
  if (options.init_from == "pretrained") options.init_from = pretrained_molecules_file();
  if (fs::is_directory(options.init_from)) options.init_from = model_files_of(options.init_from).front();
  if (!options.init_from.empty()) {
    start = std::make_shared<const TrainedModel>(load_molecule_models({&options.init_from, 1}).front());
    options.featurize = featurize_options_from(*start);
  }
  FeaturizeOptions& featurize = options.featurize;
  if (start == nullptr) featurize = recommended_featurize_options(Preset::kDefault, options.input.level);
  featurize.orientation = options.orientation.value_or(featurize.orientation);
  featurize.atom_values = options.atom_values.value_or(featurize.atom_values);
  featurize.molecule_values = options.molecule_values.value_or(featurize.molecule_values);
  featurize.counts = options.companion && options.input.level == Readout::kGraph &&
                     !options.has(TaskType::kMulticlass) && !learns_other_quantile(options);
  featurize.columns = options.descriptors_columns;
  if (const auto& molecules = options.input.smiles_columns; molecules.size() > 1) {
    featurize.molecules = molecules;
    if (molecules.size() > kMostMolecules) {
      throw ConfigError(fmt::format("--smiles-columns names {} molecules a row, expected at most {}",
                                    molecules.size(), kMostMolecules));
    }
    if (start != nullptr) {
      throw ConfigError(
          "--init-from: pretrained networks read one molecule a row, and --smiles-columns names several");
    }
  }
  options.standardize.apply(featurize);
  return start;
}

Recipe make_recipe(const RunOptions& options, const std::vector<Task>& tasks,
                   const std::shared_ptr<const TrainedModel>& start) {
  Recipe recipe;
  recipe.start = start;
  recipe.tasks = tasks;
  recipe.change = [&options, tasks](Settings& settings) {
    for (const auto& change : options.changes) change(settings);
    if (settings.members < 1 || settings.members > kMostMembers) {
      throw ConfigError(
          fmt::format("--ensemble-size is {}, expected 1 to {}", settings.members, kMostMembers));
    }
    settings.companion = settings.companion && options.companion;
    settings.training.precision = options.precision;
    settings.balance_classes = options.class_balance;
    if (options.loss.has_value())
      settings.training.loss = objective_of(tasks, *options.loss, options.loss_parameter);
    if (!suits_default_metric(options)) settings.training.metric = Metric::kLoss;
    if (options.metric.has_value()) settings.training.metric = *options.metric;
  };
  return recipe;
}

Settings settings_for(const TrainingInput& input, const Recipe& recipe) {
  DataFacts facts = facts_of(input.data.graphs);
  facts.pretrained = input.start != nullptr;
  return settings_of(recipe, facts, input.data.tasks);
}

}  // namespace plstm::mol
