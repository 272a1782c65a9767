#include "training_run.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/label_notes.hpp>
#include <plstm/learn/predict_things.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/graph_config.hpp>

#include "baselines.hpp"
#include "dag/cross_validation/cross_validation.hpp"
#include "dag/graph_tables.hpp"
#include "dag/reports/run_report.hpp"
#include "support/json_text.hpp"
#include "support/rank_roles.hpp"
#include "support/results/ensemble_training.hpp"
#include "support/results/model_flags.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "training_recipe.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;
using apps::write_text;
using Json = nlohmann::ordered_json;

constexpr std::array kFiles{"config.json",      "schema.json",       "splits.json",
                            "metrics.csv",      "model.safetensors", "test_predictions.csv",
                            "test_scores.json", "report.html",       kManifestName};

Json config_json(const RunOptions& o, const Settings& settings, const GraphModelConfig& model,
                 const LearningData& data) {
  const TrainOptions& t = settings.training;
  Json json;
  json["version"] = PLSTM_VERSION;
  json["data_paths"] = Json::array();
  for (const auto* paths : {&o.input.paths, &o.validation_paths, &o.test_paths}) {
    for (const fs::path& path : *paths) json["data_paths"].push_back(path.string());
  }
  json["data_sha256"] = data.sha256;
  json["level"] = std::string(name(data.labels.level));
  json["targets"] = data.labels.names;
  json["task_types"] = Json::array();
  json["classes"] = Json::array();
  for (const Task& task : data.labels.tasks) {
    json["task_types"].push_back(std::string(name(task.type)));
    json["classes"].push_back(task.classes);
  }
  json["loss"] = Json::array();
  for (const TaskLoss& loss : t.loss.tasks) json["loss"].push_back(std::string(name(loss.kind)));
  json["metric"] = std::string(name(t.metric));
  json["split"] = data.division.text;
  if (fs::is_regular_file(o.splits_file)) json["split_sha256"] = sha256_of_file(o.splits_file);
  if (o.folds > 1) json["folds"] = o.folds;
  if (o.replicates > 1) json["replicates"] = o.replicates;
  if (!o.part.empty()) json["part"] = o.part;
  json["split_sizes"] = o.split_sizes;
  json["split_over"] = data.division.over_things ? "things" : "graphs";
  if (data.division.protocol.runs.size() == 1 || !o.part.empty()) {  // each of several trainings has its own
    json["parts"] = {data.division.split.train.size(), data.division.split.validation.size(),
                     data.division.split.test.size()};
    json["schema"] = apps::parse_json(to_json(data.schema));
  }
  json["companion"] = settings.companion && data.schema.counts;
  json["ensemble_size"] = settings.members;
  apps::add_training_settings(json, o.seed, t);
  json["model"] = apps::parse_json(to_json(model));
  return json;
}

struct TestedRun {
  std::vector<NamedScores> scores;  // empty without test things
  std::vector<NamedPredictions> baselines;
};

TestedRun test(const LearningData& data, const RunOptions& options, std::span<const std::int32_t> things,
               const Matrix<double>& predictions) {
  TestedRun result;
  if (things.empty()) return result;
  Matrix<double> targets(std::ssize(things), data.labels.targets.cols());
  Matrix<std::uint8_t> present(targets.rows(), targets.cols());
  for (std::size_t i = 0; i < things.size(); ++i) {
    targets.row(static_cast<Index>(i)) = data.labels.targets.row(things[i]);
    present.row(static_cast<Index>(i)) = data.labels.present.row(things[i]);
  }
  const auto add = [&](const std::string& label, const Matrix<double>& values) {
    result.scores.push_back(
        {label, score_predictions(data.labels.tasks, data.labels.names, values, targets, present)});
  };
  add(network_name(options), predictions);
  if (options.baselines) result.baselines = predict_baselines(data, things, options.seed);
  for (const NamedPredictions& each : result.baselines) add(each.name, each.values);
  return result;
}

void say_sizes(const LearningData& data, const Settings& settings) {
  std::int64_t nodes = 0, edges = 0;
  for (const GraphRecord& record : data.records) {
    nodes += record.num_nodes;
    edges += std::ssize(record.edges);
  }
  const Split& split = data.division.split;
  fmt::print("{} graphs with {} nodes and {} edges; divided: {}\n", data.records.size(), nodes, edges,
             printable(data.division.text));
  fmt::print("{} to train, {} to validate, {} to test\nloss: {}\n", split.train.size(),
             split.validation.size(), split.test.size(), apps::loss_text(settings.training.loss));
  std::fflush(stdout);
}

RunManifest manifest_of(const RunOptions& options, const LearningData& data, const Settings& settings,
                        std::size_t members) {
  RunManifest manifest;
  manifest.date = run_date();
  manifest.version = std::string("plstm-dag ") + PLSTM_VERSION;
  manifest.data_path = options.input.paths.front().string();
  manifest.data_sha256 = data.sha256;
  manifest.rows = std::ssize(data.records);
  manifest.seed = options.seed;
  manifest.members = static_cast<std::int32_t>(members);
  manifest.planned_members = settings.members;
  return manifest;
}

// What decides a run.
struct RunPlan {
  const RunOptions& options;
  const LearningData& data;
  const Settings& settings;
  const std::string& identity;
};

// Makes what was trained the run of the folder.
RunResult write_run(const RunPlan& plan, const apps::TrainedEnsemble& trained, FolderTransaction& files,
                    const apps::StopSignal& stop) {
  const auto& [options, data, settings, identity] = plan;
  const fs::path& staging = files.staging();
  const Predictor& predictor = trained.predictor;
  predictor.save(staging / "model.safetensors");
  const std::string config =
      apps::json_text(config_json(options, settings, predictor.members().front().config, data), 2) + "\n";
  write_text(staging / "config.json", config);
  write_text(staging / "schema.json", to_json(data.schema));
  write_splits(staging / "splits.json", std::array{data.division.split});
  apps::write_metrics(staging / "metrics.csv", settings.training.metric, trained.histories, "graphs");
  const std::vector<std::int32_t> things = data.things_of_part(data.division.split.test);
  const Predictions said = predict_things(predictor, data.graphs, things);
  const Matrix<double> predictions =
      ConstMatrixMap<double>(said.values.data(), std::ssize(things), std::ssize(said.columns));
  const std::string note = write_test_predictions(staging / "test_predictions.csv", data.records, data.labels,
                                                  things, {predictor.columns(), predictions}, options.cells);
  if (!note.empty()) say_notes({&note, 1});
  TestedRun tested = test(data, options, things, predictions);
  RunManifest manifest = manifest_of(options, data, settings, predictor.members().size());
  manifest.identity = identity;
  manifest.stopped = stop.requested();
  if (!tested.scores.empty()) {
    manifest.scores = to_json(tested.scores);
    write_text(staging / "test_scores.json", manifest.scores + "\n");
  }
  if (options.report) {
    write_text(staging / "report.html", run_report({options, data, settings, predictor, things, said,
                                                    tested.baselines, trained.histories, manifest, config}));
  }
  commit_run(files, manifest);
  if (stop.requested()) {
    throw apps::Stopped(stop.signal(),
                        fmt::format("{} holds the best so far of {} of {} models",
                                    (options.output_dir / "model.safetensors").string(), manifest.members,
                                    manifest.planned_members),
                        apps::Stopped::GoOn::kWithResume);
  }
  return {false, shown_metrics(data.labels.tasks), std::move(tested.scores), {}};
}

std::vector<fs::path> inputs_of(const RunOptions& options) {
  std::vector<fs::path> inputs = options.input.paths;
  inputs.insert(inputs.end(), options.validation_paths.begin(), options.validation_paths.end());
  inputs.insert(inputs.end(), options.test_paths.begin(), options.test_paths.end());
  return inputs;
}

}  // namespace

void say_notes(std::span<const std::string> notes) {
  apps::say_notes("plstm-dag", notes);
}

void check_outputs(const RunOptions& options) {
  const std::vector<fs::path> inputs = inputs_of(options);
  for (const char* name : kFiles) apps::check_output(options.output_dir / name, inputs);
}

TrainingInput load_training_input(RunOptions options) {
  LearningData data = load_learning_data(options);
  return {std::move(options), std::move(data)};
}

std::string config_of(const TrainingInput& input, const RunOptions& options) {
  const Settings settings = settings_for(input.data, make_recipe(options, input.data));
  return apps::json_text(config_json(options, settings, settings.model, input.data), 2) + "\n";
}

RunResult train_and_test(const TrainingInput& input, const RunOptions& options, apps::OutputFolder& folder,
                         apps::StopSignal& stop) {
  const LearningData& data = input.data;
  const Recipe recipe = make_recipe(options, data);
  const Settings settings = settings_for(data, recipe);
  check_objective(data.labels.tasks, settings.training.loss, settings.training.metric);
  say_notes(
      notes_on_labels(data.graphs, data.division.for_fit(), data.labels.tasks, settings.training.metric));
  const std::string config = apps::json_text(config_json(options, settings, settings.model, data));
  const std::string identity = sha256_of(config);
  const std::optional<Checkpoints> checkpoints =
      apps::begin_run({"plstm-dag", options.output_dir, config, identity, options.resume,
                       !options.part.empty(), options.ranks});
  if (!checkpoints.has_value()) return {true, {}, {}, {}};
  if (!options.quiet) say_sizes(data, settings);
  folder.make();
  const apps::TrainedEnsemble trained =
      apps::train_ensemble({data.graphs, data.division.for_fit(), recipe, settings, options.seed,
                            *checkpoints, options.quiet, "graphs", options.ranks},
                           stop);
  RunResult result = write_run({options, data, settings, identity}, trained, folder.files(), stop);
  remove_checkpoints(checkpoints->folder);
  return result;
}

RunResult run_training(RunOptions options) {
  check_precision(options.precision);
  const ThreadLimit limit(apps::threads_for(options.ranks, options.threads));
  check_outputs(options);
  apps::check_all_can_read(options.ranks, inputs_of(options));
  apps::OutputFolder folder(options.output_dir, options.ranks);
  TrainingInput input = load_training_input(std::move(options));
  apps::StopSignal stop(
      input.options.resume.seconds_left());  // from here on all that is said ends with what a signal does
  say_notes(input.data.notes);
  if (input.data.division.protocol.runs.size() > 1) return cross_validate(input, folder, stop);
  return train_and_test(input, input.options, folder, stop);
}

}  // namespace plstm::dag
