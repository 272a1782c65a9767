#include <filesystem>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

void print(const TrainedModel& model) {
  fmt::print("task         {}\n", name(model.tasks.front().type));
  fmt::print("targets      {}\n", fmt::join(model.target_names, ", "));
  if (model.tasks.front().classes > 0) fmt::print("classes      {}\n", model.tasks.front().classes);
  if (model.scaler.has_value()) {
    fmt::print("mean         {:.6g}\n", fmt::join(model.scaler->mean(), ", "));
    fmt::print("scale        {:.6g}\n", fmt::join(model.scaler->scale(), ", "));
  }
  const FeaturizeOptions featurize = parse_featurizer(model.featurizer);
  fmt::print("orientation  {}\n", name(featurize.orientation));
  fmt::print("atom values  {}\n", featurize.atom_values ? "yes" : "no");
  fmt::print("molecule values {}\n", featurize.molecule_values ? "yes" : "no");
  fmt::print("precision    {}\n", name(model.precision));
  const ParameterLayout layout = make_graph_model(model.config).layout;
  fmt::print("parameters   {} in {} tensors\n", layout.num_values(), layout.infos().size());
  GraphModelConfig config = model.config;
  config.graph_value_scaling = {};  // too many numbers to read
  fmt::print("model        {}\n", to_json(config));
}

}  // namespace

void add_info_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("info", "Say what a model file holds");
  auto paths = std::make_shared<std::vector<std::filesystem::path>>();
  app->add_option("model,--model-paths,--model-path", *paths, "model files or run folders")->required();
  app->callback([paths, &command] {
    command = [paths] {
      for (const TrainedModel& model : load_molecule_models(*paths)) print(model);
    };
  });
}

}  // namespace plstm::mol
