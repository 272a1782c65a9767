#include "training_recipe.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/members.hpp>

namespace plstm::dag {

Recipe make_recipe(const RunOptions& options, const LearningData& data) {
  Recipe recipe;
  recipe.tasks = data.labels.tasks;
  recipe.preset = options.preset;
  const DataFacts facts = facts_of(data.graphs);
  recipe.change = [&options, tasks = data.labels.tasks, facts](Settings& settings) {
    if (options.body != GraphBodyKind::kStm)
      settings = recommended_settings(options.preset, facts, tasks, options.body);
    for (const auto& change : options.changes) change(settings);
    if (settings.members < 1 || settings.members > kMostMembers) {
      throw ConfigError(
          fmt::format("--ensemble-size is {}, expected 1 to {}", settings.members, kMostMembers));
    }
    settings.companion = settings.companion && options.counts;
    settings.training.precision = options.precision;
    if (options.loss.has_value()) settings.training.loss = objective_of(tasks, *options.loss);
    if (options.metric.has_value()) settings.training.metric = *options.metric;
  };
  return recipe;
}

Settings settings_for(const LearningData& data, const Recipe& recipe) {
  return settings_of(recipe, facts_of(data.graphs), data.labels.tasks);
}

std::string network_name(const RunOptions& options) {
  return options.body == GraphBodyKind::kStm ? "pLSTM" : std::string(name_of(kGraphBodyNames, options.body));
}

}  // namespace plstm::dag
