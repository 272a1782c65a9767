#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/files/printable.hpp>
#include <plstm/learn/run_folder.hpp>

#include "commands.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

std::string shown(const std::vector<std::string>& names) {
  return printable(fmt::format("{}", fmt::join(names, ", ")));
}

void print(const RunManifest& run, const fs::path& folder) {
  fmt::print("run          {} of {}\n", printable(run.version), printable(run.date));
  fmt::print("data         {} ({} rows), sha256 {}\n", printable(run.data_path), run.rows,
             run.data_sha256.empty() ? "not known" : printable(run.data_sha256));
  fmt::print("seed         {}\n", run.seed);
  fmt::print("models       {} of {}{}\n", run.members, run.planned_members,
             run.stopped ? "; the training was stopped" : "");
  fmt::print("scores       {}\n",
             run.scores == "{}" ? "none, as there were no test rows" : printable(run.scores));
  const std::vector<std::string> changed = changed_files(folder, run);
  if (!changed.empty()) fmt::print("changed      {} (not as the training wrote them)\n", shown(changed));
}

void print(const TrainedModel& model) {
  fmt::print("task         {}\n", name(model.tasks.front().type));
  fmt::print("targets      {}\n", shown(model.target_names));
  for (std::size_t i = 0; i < model.tasks.size(); ++i) {
    const Task& task = model.tasks[i];
    if (!task.class_names.empty()) {
      fmt::print("classes      of {}: {}\n", printable(model.target_names[i]), shown(task.class_names));
    } else if (task.classes > 0) {
      fmt::print("classes      of {}: {}\n", printable(model.target_names[i]), task.classes);
    }
  }
  if (model.scaler.has_value()) {
    fmt::print("mean         {:.6g}\n", fmt::join(model.scaler->mean(), ", "));
    fmt::print("scale        {:.6g}\n", fmt::join(model.scaler->scale(), ", "));
  }
  const FeaturizeOptions featurize = parse_featurizer(model.featurizer);
  fmt::print("orientation  {}\n", name(featurize.orientation));
  fmt::print("atom values  {}\n", featurize.atom_values ? "yes" : "no");
  fmt::print("molecule values {}\n", featurize.molecule_values ? "yes" : "no");
  if (model.companion != nullptr) {
    fmt::print("companion    {} landmarks, {:.0f} % of the prediction\n",
               model.companion->ridge.num_landmarks(), 100 * model.companion->share);
  }
  if (model.calibration != nullptr) {
    std::vector<std::int64_t> counts;
    for (const ConformalScores& scores : model.calibration->scores) counts.push_back(scores.count);
    fmt::print("calibrated   with {} held-out rows{}\n", fmt::join(counts, ", "),
               counts.size() > 1 ? " (of each target or class)" : "");
  }
  if (model.domain != nullptr) {
    fmt::print("learnt from  molecules of {} to {} heavy atoms; neighbours are found among {}\n",
               model.domain->fewest_nodes, model.domain->most_nodes, model.domain->num_graphs());
  }
  fmt::print("precision    {}\n", name(model.precision));
  const ParameterLayout layout = make_graph_model(model.config).layout;
  fmt::print("parameters   {} in {} tensors\n", layout.num_values(), layout.infos().size());
  GraphModelConfig config = model.config;
  config.graph_value_scaling = {};  // too many numbers to read
  fmt::print("model        {}\n", to_json(config));
}

void run(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) {
    const std::vector<TrainedModel> models = load_molecule_models({&path, 1});
    if (fs::is_directory(path)) {
      if (const std::optional<RunManifest> manifest = read_run_manifest(path)) print(*manifest, path);
    }
    for (const TrainedModel& model : models) print(model);
  }
}

}  // namespace

void add_info_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("info", "Say what a model file or the folder of a run holds");
  auto paths = std::make_shared<std::vector<fs::path>>();
  app->add_option("model,--model-paths,--model-path", *paths, "model files or folders of runs")->required();
  app->footer("Example: plstm-mol info run");
  app->callback([paths, &command] { command = [paths] { run(*paths); }; });
}

}  // namespace plstm::mol
