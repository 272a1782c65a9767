#include "training_run.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/pretrained.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/label_notes.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/model_file.hpp>

#include "baselines.hpp"
#include "division.hpp"
#include "mol/cross_validation/cross_validation.hpp"
#include "mol/reports/run_report.hpp"
#include "mol/things/thing_rows.hpp"
#include "mol/trained.hpp"
#include "support/json_text.hpp"
#include "support/rank_roles.hpp"
#include "support/results/ensemble_training.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "training_data.hpp"
#include "training_recipe.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;
using apps::write_text;
using Json = nlohmann::ordered_json;

// What a run may leave in its folder.
constexpr std::array kFiles{"config.json",          "splits.json",      "metrics.csv", "model.safetensors",
                            "test_predictions.csv", "test_scores.json", "report.html", kManifestName};

// What all entries have in common, or a list with that of each.
template <class Entry, class Text>
Json one_or_list(const std::vector<Entry>& entries, const Text& text) {
  Json list = Json::array();
  for (const Entry& entry : entries) list.push_back(text(entry));
  const bool same = std::ranges::all_of(list, [&](const Json& each) { return each == list.front(); });
  return same && !list.empty() ? list.front() : list;
}

// `model` has what the data decides, or leaves it open.
Json config_json(const RunOptions& o, const Settings& settings, const GraphModelConfig& model,
                 const LearningData& data) {
  const TrainOptions& t = settings.training;
  Json json;
  json["version"] = PLSTM_VERSION;
  json["data_path"] = o.input.path.string();
  json["data_sha256"] = data.sha256;
  // Through a pipe --resume must not take other rows for these.
  if (data.sha256.empty()) json["rows_sha256"] = data.rows_sha256;
  json["smiles_columns"] = "";  // a list only of several, as before
  if (o.input.smiles_columns.size() == 1) json["smiles_columns"] = o.input.smiles_columns.front();
  if (o.input.smiles_columns.size() > 1) json["smiles_columns"] = o.input.smiles_columns;
  json["target_columns"] = data.data.target_names;
  if (data.data.level != Readout::kGraph) json["targets_of"] = level_word(data.data.level);
  if (!o.descriptors_columns.empty()) json["descriptors_columns"] = o.descriptors_columns;
  json["task_type"] = one_or_list(data.tasks, [](const Task& task) { return std::string(name(task.type)); });
  json["classes"] = Json::array();
  for (const Task& task : data.tasks) json["classes"].push_back(task.classes);
  json["loss"] = one_or_list(t.loss.tasks, [](const TaskLoss& loss) { return std::string(name(loss.kind)); });
  if (o.loss_parameter.has_value()) json["loss_parameter"] = *o.loss_parameter;
  if (data.data.bounds.size() > 0) json["censored"] = o.learn_bounds ? "learn" : "drop";
  if (o.class_balance) json["class_balance"] = true;
  if (!o.input.weight_column.empty()) json["weight_column"] = o.input.weight_column;
  if (!o.task_weights.empty()) json["task_weights"] = o.task_weights;
  json["metric"] = std::string(name(t.metric));
  json["split"] = split_text(o);
  if (fs::is_regular_file(o.splits_file)) json["split_sha256"] = sha256_of_file(o.splits_file);
  if (o.folds > 1) json["folds"] = o.folds;
  if (o.replicates > 1) json["replicates"] = o.replicates;
  if (!o.part.empty()) json["part"] = o.part;
  json["split_sizes"] = o.split_sizes;
  json["ensemble_size"] = settings.members;
  json["orientation"] = std::string(name(o.featurize.orientation));
  json["atom_values"] = o.featurize.atom_values;
  json["molecule_values"] = o.featurize.molecule_values;
  json["companion"] = o.featurize.counts;
  if (o.featurize.standardize.any()) json["standardize"] = names(o.featurize.standardize);
  if (o.featurize.hydrogens) json["add_h"] = true;
  if (!o.init_from.empty()) {
    json["init_from"] = o.init_from.string();
    json["init_from_sha256"] = sha256_of_file(o.init_from);
    json["encoder_rate"] = settings.encoder_rate;
  }
  apps::add_training_settings(json, o.seed, t);
  json["model"] = apps::parse_json(to_json(model));
  return json;
}

struct TestedRun {
  std::vector<NamedScores> scores;  // empty without test rows
  std::vector<NamedPredictions> baselines;
};

TestedRun test(const LearningData& learning, const RunOptions& options, const Matrix<double>& predictions) {
  const Dataset& data = learning.data;
  const std::vector<std::int32_t>& rows = learning.split.test;
  TestedRun result;
  if (rows.empty()) return result;
  const Measured measured = measured_of(data, rows);
  const auto add = [&](const std::string& label, const Matrix<double>& values) {
    result.scores.push_back({label, score_predictions(learning.tasks, data.target_names, values,
                                                      measured.targets, measured.present)});
  };
  add("pLSTM", predictions);
  if (options.baselines) result.baselines = predict_baselines(learning);
  for (const NamedPredictions& baseline : result.baselines) add(baseline.name, baseline.values);
  return result;
}

// Bad rows follow the test rows, so that no row of the input goes missing without a word.
std::vector<std::int32_t> test_and_bad_rows(const LearningData& learning) {
  std::vector<std::int32_t> rows = learning.split.test;
  for (std::int32_t row = 0; row < learning.data.num_rows(); ++row) {
    if (!learning.data.good(row)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

void say_notes(std::span<const std::string> notes) {
  apps::say_notes("plstm-mol", notes);
}

std::string config_of(const TrainingInput& input, const RunOptions& options) {
  const LearningData& data = input.data;
  const Settings settings = settings_for(input, make_recipe(options, data.tasks, input.start));
  return apps::json_text(config_json(options, settings, settings.model, data), 2) + "\n";
}

RunResult train_and_test(const TrainingInput& input, const RunOptions& options, apps::OutputFolder& folder,
                         apps::StopSignal& stop) {
  const LearningData& data = input.data;
  const Recipe recipe = make_recipe(options, data.tasks, input.start);
  const Settings settings = settings_for(input, recipe);
  check_objective(data.tasks, settings.training.loss, settings.training.metric);
  const FitSplit parts{data.graphs_of(data.split.train), data.graphs_of(data.split.validation)};
  say_notes(notes_on_labels(data.graphs, parts, data.tasks, settings.training.metric));
  const std::string config = apps::json_text(config_json(options, settings, settings.model, data));
  const std::string identity = sha256_of(config);

  const Ranks& ranks = options.ranks;
  const std::optional<Checkpoints> checkpoints = apps::begin_run(
      {"plstm-mol", options.output_dir, config, identity, options.resume, !options.part.empty(), ranks});
  if (!checkpoints.has_value()) return {true, {}, {}, {}};
  if (!options.quiet) {
    fmt::print("{} molecules ({} bad rows), {} to train, {} to validate, {} to test\n",
               data.data.num_rows() - data.data.num_bad_rows(), data.data.num_bad_rows(),
               data.split.train.size(), data.split.validation.size(), data.split.test.size());
    if (data.data.level != Readout::kGraph) {
      fmt::print("{} with values: {} to train, {} to validate, {} to test\n", level_word(data.data.level),
                 num_labelled(data.data, data.split.train), num_labelled(data.data, data.split.validation),
                 num_labelled(data.data, data.split.test));
    }
    const Metric metric = settings.training.metric;
    fmt::print("loss: {}{}\n", loss_text(settings.training.loss),
               metric == Metric::kRmse || metric == Metric::kMae
                   ? fmt::format("; {}: in the units of the target", name(metric))
                   : "");
    std::fflush(stdout);
  }

  folder.make();
  const apps::TrainedEnsemble trained = apps::train_ensemble(
      {data.graphs, parts, recipe, settings, options.seed, *checkpoints, options.quiet, "molecules", ranks},
      stop);
  FolderTransaction& files = folder.files();
  const Predictor& predictor = trained.predictor;
  const fs::path& staging = files.staging();
  predictor.save(staging / "model.safetensors");
  const std::string final_config =
      apps::json_text(config_json(options, settings, predictor.members().front().config, data), 2) + "\n";
  write_text(staging / "config.json", final_config);
  write_splits(staging / "splits.json", std::array{data.split});
  apps::write_metrics(staging / "metrics.csv", settings.training.metric, trained.histories, "molecules");
  const Predictions on_test = in_judged_order(
      data.data, data.split.test, predictor.predict(data.graphs.graphs(), data.graphs_of(data.split.test)));
  const Matrix<double> predictions = ConstMatrixMap<double>(
      on_test.values.data(), static_cast<Index>(on_test.num_rows()), std::ssize(on_test.columns));
  const std::string note =
      write_predictions(staging / "test_predictions.csv", data.data, test_and_bad_rows(data),
                        {predictor.columns(), data.tasks, predictions}, options.cells);
  if (!note.empty()) say_notes({&note, 1});
  TestedRun tested = test(data, options, predictions);
  RunManifest manifest;
  manifest.date = run_date();
  manifest.version = std::string("plstm-mol ") + PLSTM_VERSION;
  manifest.data_path = options.input.path.string();
  manifest.data_sha256 = data.sha256;
  manifest.rows = data.data.num_rows();
  manifest.identity = identity;
  manifest.seed = options.seed;
  manifest.members = static_cast<std::int32_t>(predictor.members().size());
  manifest.planned_members = settings.members;
  manifest.stopped = stop.requested();
  if (!tested.scores.empty()) {
    manifest.scores = to_json(tested.scores);
    write_text(staging / "test_scores.json", manifest.scores + "\n");
  }
  if (options.report) {
    write_text(staging / "report.html", run_report({options, data, settings, predictor, tested.baselines,
                                                    trained.histories, manifest, final_config}));
  }
  commit_run(files, manifest);
  if (stop.requested()) {
    throw apps::Stopped(stop.signal(),
                        fmt::format("{} holds the best so far of {} of {} models",
                                    (options.output_dir / "model.safetensors").string(), manifest.members,
                                    manifest.planned_members),
                        apps::Stopped::GoOn::kWithResume);
  }
  remove_checkpoints(checkpoints->folder);
  return {false, shown_metrics(data.tasks), std::move(tested.scores), {}};
}

TrainingInput load_training_input(RunOptions options) {
  for (const char* name : kFiles) check_output(options.output_dir / name, {&options.input.path, 1});
  TrainingInput input;
  input.start = load_start(options);
  input.data = load_learning_data(options);
  input.options = std::move(options);
  return input;
}

RunResult run_training(RunOptions options) {
  check_precision(options.precision);
  const ThreadLimit limit(apps::threads_for(options.ranks, options.threads));
  apps::check_all_can_read(options.ranks, {&options.input.path, 1});
  apps::OutputFolder folder(options.output_dir, options.ranks);
  TrainingInput input = load_training_input(std::move(options));
  apps::StopSignal stop(
      input.options.resume.seconds_left());  // from here on all that is said ends with what a signal does
  say_notes(input.data.notes);
  if (input.data.protocol.runs.size() > 1) return cross_validate(input, folder, stop);
  return train_and_test(input, input.options, folder, stop);
}

}  // namespace plstm::mol
