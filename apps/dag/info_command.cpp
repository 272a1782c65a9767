#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/printable.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/run_folder.hpp>

#include "commands.hpp"
#include "support/json_text.hpp"
#include "support/results/model_flags.hpp"
#include "trained.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct InfoOptions {
  std::vector<fs::path> models;
  bool json = false;
};

std::string features_text(const char* what, const std::vector<AttributeRule>& rules) {
  std::vector<std::string> texts;
  for (const AttributeRule& rule : rules) {
    if (rule.kind == AttributeKind::kIgnored) continue;
    texts.push_back(rule.kind == AttributeKind::kNumber
                        ? fmt::format("{} (number)", rule.name)
                        : fmt::format("{} ({} of {} texts)", rule.name, name(rule.kind), rule.texts.size()));
  }
  return texts.empty() ? "" : fmt::format("It reads of each {}: {}.\n", what, fmt::join(texts, ", "));
}

std::string task_text(const Task& task, const std::string& target) {
  if (task.type == TaskType::kRegression) return fmt::format("{} (a number)", target);
  std::vector<std::string> names;
  const Index classes = task.type == TaskType::kClassification ? 2 : task.classes;
  for (Index c = 0; c < classes && c < 10; ++c) names.push_back(class_name(task, c));
  return fmt::format("{} ({}{})", target, fmt::join(names, ", "), classes > 10 ? ", ..." : "");
}

void say(const DagPredictor& predictor, const std::vector<fs::path>& paths,
         std::span<const std::string> runs) {
  const TrainedModel& model = predictor.predictor().members().front();
  std::vector<std::string> targets;
  for (std::size_t i = 0; i < model.tasks.size(); ++i)
    targets.push_back(task_text(model.tasks[i], model.target_names[i]));
  std::string text =
      fmt::format("The model predicts for each {}: {}.\n", name(predictor.level()), fmt::join(targets, "; "));
  text += features_text("node", predictor.schema().nodes);
  text += features_text("edge", predictor.schema().edges);
  text += features_text("graph", predictor.schema().graphs);
  if (predictor.schema().degrees) text += "It reads how many edges enter and leave each node.\n";
  text +=
      fmt::format("It is the mean of {} networks ({}) with {} parameters each{}.\n", predictor.num_networks(),
                  name_of(kGraphBodyNames, kind_of(model.config.body)), model.parameters.size(),
                  model.companion != nullptr
                      ? fmt::format(", and of kernel regression on counts of subtrees with a share of {:.2f}",
                                    model.companion->share)
                      : "");
  for (const fs::path& path : paths) {
    const std::optional<RunManifest> manifest =
        fs::is_directory(path) ? read_run_manifest(path) : std::nullopt;
    if (!manifest) continue;
    text += fmt::format("It was trained on {} graphs of {} on {} by {}, seed {}.\n", manifest->rows,
                        manifest->data_path, manifest->date, manifest->version, manifest->seed);
    if (!manifest->parts.empty()) {
      text += fmt::format("There are {} trainings ({}); scores are their means.\n", manifest->parts.size(),
                          manifest->division);
    }
    const Json scores = apps::parse_json(manifest->scores);
    for (const auto& [who, values] : scores.items()) {
      if (!values.contains("all")) continue;
      std::vector<std::string> each;
      for (const auto& [metric, value] : values["all"].items())
        each.push_back(value.is_number() ? fmt::format("{} {:.4f}", metric, value.get<double>())
                                         : fmt::format("{} undefined", metric));
      text += fmt::format("On its test part, {}: {}.\n", who, fmt::join(each, ", "));
    }
  }
  apps::check_same_runs(paths, runs);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    fmt::print("{}\n", printable(text.substr(begin, end - begin)));
    begin = end + 1;
  }
}

void say_json(const DagPredictor& predictor, const std::vector<fs::path>& paths,
              std::span<const std::string> runs) {
  const TrainedModel& model = predictor.predictor().members().front();
  Json json;
  json["level"] = std::string(name(predictor.level()));
  json["targets"] = Json::array();
  for (std::size_t i = 0; i < model.tasks.size(); ++i) {
    json["targets"].push_back(
        {{"name", model.target_names[i]}, {"type", std::string(name(model.tasks[i].type))}});
    if (!model.tasks[i].class_names.empty()) json["targets"].back()["classes"] = model.tasks[i].class_names;
  }
  json["schema"] = apps::parse_json(to_json(predictor.schema()));
  json["networks"] = predictor.num_networks();
  json["network"] = std::string(name_of(kGraphBodyNames, kind_of(model.config.body)));
  json["parameters"] = model.parameters.size();
  json["companion_share"] = model.companion != nullptr ? Json(model.companion->share) : Json(nullptr);
  json["calibrated"] = predictor.is_calibrated();
  json["runs"] = Json::array();
  for (const fs::path& path : paths) {
    const std::optional<RunManifest> manifest =
        fs::is_directory(path) ? read_run_manifest(path) : std::nullopt;
    if (!manifest) continue;
    json["runs"].push_back({{"data_path", manifest->data_path},
                            {"data_sha256", manifest->data_sha256},
                            {"graphs", manifest->rows},
                            {"date", manifest->date},
                            {"version", manifest->version},
                            {"seed", manifest->seed},
                            {"stopped", manifest->stopped},
                            {"scores", apps::parse_json(manifest->scores)}});
  }
  apps::check_same_runs(paths, runs);
  fmt::print("{}\n", apps::json_text(json, 2));
}

}  // namespace

void add_info_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("info", "Say what a model predicts, from what, and how well");
  auto options = std::make_shared<InfoOptions>();
  app->option_defaults()->group("Model");
  apps::add_model_paths(*app, options->models);
  app->add_flag("--json", options->json, "as JSON, for programs");
  app->footer("Example: plstm-dag info --model-paths run");
  app->callback([options, &command] {
    command = [options] {
      const std::vector<std::string> runs = states_of_runs(options->models);
      const DagPredictor predictor = load_predictor(options->models, "");
      options->json ? say_json(predictor, options->models, runs) : say(predictor, options->models, runs);
    };
  });
}

}  // namespace plstm::dag
