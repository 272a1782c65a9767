#include "plstm/learn/recipe.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/learn/pretraining/encoder.hpp>

namespace plstm {
namespace {

constexpr std::array<Named<Preset>, 2> kPresets{{{Preset::kDefault, "default"}, {Preset::kPaper, "paper"}}};

// Validation scores chose the numbers below; docs/results.md has the study.

constexpr std::int64_t kFew = 1500, kMany = 10000, kManyMolecules = 20000;  // samples

// A network learns part of what it says by chance. An average of several says less of that, and the fewer samples there
// are, the more networks it takes and the less they cost.
std::int32_t members_for(std::int64_t samples) {
  return samples < kFew ? 10 : samples < kMany ? 5 : 3;
}

// The networks that we compare with have the sizes of their publications.
void choose_body(GraphBodyKind body, Readout readout, GraphModelConfig& model) {
  model.body = default_body(body);
  if (body == GraphBodyKind::kStm) return;
  model.width = 128;
  if (readout == Readout::kGraph) model.pooling = Pooling::kSum;
  // A degree is structure, which kNone must not see.
  model.degree_encoding = body != GraphBodyKind::kNone;
}

void change_for_blocks(StmBody& body, GraphModelConfig& model) {
  // The paper's -5 starts with gates that are closed, and learning is slow to open them.
  body.gates.gate_bias = -1;
  body.gates.gate_weight_std = 0.02;
  body.gates.transition_std = 1;
  body.neighbours = true;  // paths along the orientation alone miss the neighbours against it
  model.width = 64;        // of the paper's 96; less is learned by heart
}

void change_for_molecules(const DataFacts& facts, Settings& settings) {
  GraphModelConfig& model = settings.model;
  settings.training.batch_size = 32;
  settings.training.epochs = facts.samples < kManyMolecules ? 60 : 30;
  if (facts.graph_values) {
    model.graph_value_layer = 64;  // descriptors pass a layer of their own, else they outweigh the atoms
    model.graph_value_dropout = 0.3;
  }
  auto* blocks = std::get_if<StmBody>(&model.body);
  if (blocks != nullptr) blocks->blocks = "PD";  // paths are short in the order of canonical ranks
  if (facts.samples < kFew) {
    settings.training.learning_rate = 2e-3;
    if (facts.readout == Readout::kGraph) model.pooling = Pooling::kSum;
    // What an atom or a bond is like depends on its neighbours on all sides.
    if (blocks != nullptr && facts.readout == Readout::kGraph) blocks->neighbours = false;
  } else {
    model.dropout = 0.2;
  }
}

// What is known already takes fewer steps to use, and large ones would undo it.
void change_for_pretrained(const DataFacts& facts, Settings& settings) {
  settings.members = facts.samples < kMany ? 3 : 2;
  settings.training.epochs = facts.samples < kFew ? 40 : 25;
  settings.training.learning_rate = 1e-3;
  settings.encoder_rate = 0.3;
  settings.model.dropout = 0.1;
}

// A few large graphs give few steps an epoch.
void train_long_enough(std::int64_t samples, TrainOptions& training) {
  constexpr std::int64_t kFewestSteps = 300;
  const std::int64_t steps =
      std::max<std::int64_t>(1, (samples + training.batch_size - 1) / training.batch_size);
  training.epochs = std::max(training.epochs, (kFewestSteps + steps - 1) / steps);
}

}  // namespace

std::string_view name(Preset preset) {
  return name_of(kPresets, preset);
}

Preset parse_preset(std::string_view text) {
  return parse_named(kPresets, "preset", text);
}

Settings recommended_settings(Preset preset, const DataFacts& facts, std::span<const Task> tasks,
                              GraphBodyKind body) {
  Settings settings;
  settings.training.loss = default_objective(tasks);
  settings.training.metric = default_metric(tasks);
  settings.model.readout = facts.readout;
  choose_body(body, facts.readout, settings.model);
  settings.companion = preset == Preset::kDefault;
  if (preset == Preset::kPaper) return settings;
  settings.members = members_for(facts.samples);
  settings.training.average_epochs = 10;
  settings.model.edge_encoder = facts.edge_features && reads_edges(settings.model.body);
  if (auto* blocks = std::get_if<StmBody>(&settings.model.body)) change_for_blocks(*blocks, settings.model);
  if (facts.molecules) {
    change_for_molecules(facts, settings);
    if (facts.pretrained) change_for_pretrained(facts, settings);
  } else {
    train_long_enough(facts.samples, settings.training);
  }
  return settings;
}

GraphModelConfig recommended_pretraining_model() {
  const std::array<Task, 1> tasks{};
  constexpr std::int64_t kMillion = 1'000'000;
  GraphModelConfig model =
      recommended_settings(Preset::kDefault, {.molecules = true, .samples = kMillion, .edge_features = true},
                           tasks)
          .model;
  // So many molecules with so many targets are not learnt by heart, and the network has to hold what they say.
  model.width = 128;
  model.dropout = 0;
  StmBody& body = stm_body(model);
  body.heads = 8;
  body.blocks = "PDPD";
  model.pooling = Pooling::kScaledSum;  // of steps that a plain sum takes, the decoder's inputs move too far
  return model;
}

MoleculeFeatures recommended_features(Preset preset) {
  const bool ours = preset == Preset::kDefault;
  return {ours, ours, ours};
}

std::vector<Task> tasks_of(const Recipe& recipe, std::int64_t num_tasks) {
  std::vector<Task> tasks = recipe.tasks;
  if (tasks.empty())
    tasks.assign(static_cast<std::size_t>(std::max<std::int64_t>(num_tasks, 0)), recipe.each);
  check_tasks(tasks);
  if (static_cast<std::int64_t>(tasks.size()) != num_tasks) {
    throw ConfigError(
        fmt::format("the recipe has {} tasks, the data has {} targets", tasks.size(), num_tasks));
  }
  return tasks;
}

Settings settings_of(const Recipe& recipe, const DataFacts& facts, std::span<const Task> tasks) {
  Settings settings = recommended_settings(recipe.preset, facts, tasks);
  if (recipe.start != nullptr) adopt_encoder(recipe.start->config, settings.model);
  if (recipe.members.has_value()) settings.members = *recipe.members;
  if (recipe.epochs.has_value()) settings.training.epochs = *recipe.epochs;
  if (recipe.batch_size.has_value()) settings.training.batch_size = *recipe.batch_size;
  if (recipe.learning_rate.has_value()) settings.training.learning_rate = *recipe.learning_rate;
  if (recipe.width.has_value()) settings.model.width = *recipe.width;
  if (recipe.change) recipe.change(settings);
  if (settings.members < 1 || settings.members > kMostMembers) {
    throw ConfigError(fmt::format("members is {}, expected 1 to {}", settings.members, kMostMembers));
  }
  return settings;
}

namespace recipe {

Recipe regression() {
  return {};
}

Recipe classification() {
  return {.each = {TaskType::kClassification}};
}

Recipe multiclass(Index classes) {
  return {.each = {TaskType::kMulticlass, classes}};
}

Recipe mixed(std::vector<Task> tasks) {
  return {.tasks = std::move(tasks)};
}

}  // namespace recipe

}  // namespace plstm
