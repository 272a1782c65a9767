#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/run_folder.hpp>

#include "commands.hpp"
#include "graph_input.hpp"
#include "graph_tables.hpp"
#include "reports/evaluation_report.hpp"
#include "reports/judged_things.hpp"
#include "support/results/coverage.hpp"
#include "support/results/model_flags.hpp"
#include "support/results/scores.hpp"
#include "support/results/tables.hpp"
#include "support/terminal/output_folder.hpp"
#include "trained.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  fs::path report;      // empty: none
  std::string command;  // that does the same again
  double confidence = 0.9;
  std::string precision;
  apps::CellOptions cells;
  int threads = 0;
};

// Scores of graphs that a model has learnt say nothing about others.
std::vector<std::string> notes_on_trained_graphs(const EvaluateOptions& options, const std::string& sha256) {
  std::vector<std::string> notes;
  for (const fs::path& path : options.models) {
    const std::optional<RunManifest> manifest =
        fs::is_directory(path) ? read_run_manifest(path) : std::nullopt;
    if (!manifest || manifest->data_sha256 != sha256) continue;
    if (!manifest->parts.empty()) {
      notes.push_back(
          fmt::format("each of these graphs was learnt by some of the models of {}; what the others said of "
                      "them is in {}",
                      path.string(), (path / "cv_predictions.csv").string()));
      continue;
    }
    notes.push_back(
        fmt::format("{} was trained on a part of these graphs; {} has the scores of its test part",
                    path.string(), (path / "test_scores.json").string()));
  }
  return notes;
}

// Keeps the graphs that can be used, and says how many were left out.
std::vector<std::string> drop_bad_graphs(const UsablePredictions& said, std::vector<GraphRecord>& records) {
  const std::size_t all = records.size(), usable = said.usable.size();
  for (std::size_t i = 0; i < usable; ++i) {
    const auto from = static_cast<std::size_t>(said.usable[i]);
    if (from != i) records[i] = std::move(records[from]);
  }
  records.resize(usable);
  if (usable == all) return {};
  const auto bad = std::ranges::find_if(said.errors, [](const std::string& error) { return !error.empty(); });
  return {fmt::format("{} of {} graphs cannot be used; the first: {}", all - usable, all, *bad)};
}

void run(const EvaluateOptions& options) {
  std::vector<fs::path> inputs = options.models;
  inputs.insert(inputs.end(), options.input.paths.begin(), options.input.paths.end());
  for (const fs::path& output : {options.output, options.report}) apps::check_output(output, inputs);
  apps::check_report_path(options.report, options.output);
  const ThreadLimit limit(options.threads);
  const std::vector<std::string> runs = states_of_runs(options.models);
  const DagPredictor predictor = load_predictor(options.models, options.precision);
  std::vector<GraphRecord> records = read_input(options.input);
  const std::string sha256 = digest_of(records);
  std::vector<std::string> notes = notes_on_trained_graphs(options, sha256);
  apps::check_same_runs(options.models, runs);
  const UsablePredictions said = predictor.predict_usable(records);
  std::ranges::move(drop_bad_graphs(said, records), std::back_inserter(notes));
  for (const std::string& note : notes) fmt::print(stderr, "plstm-dag: {}\n", printable(note));
  const RecordLabels labels =
      read_record_labels(records, predictor.level(), predictor.task_names(), predictor.tasks());
  const Matrix<double> values = ConstMatrixMap<double>(
      said.predictions.values.data(), said.predictions.num_rows(), std::ssize(said.predictions.columns));
  const std::vector<Task> tasks(predictor.tasks().begin(), predictor.tasks().end());
  const auto known = (labels.present.array() != 0).count();
  if (known == 0)
    throw FileError(fmt::format("no {} has the attribute '{}' to compare with", name(labels.level),
                                labels.names.front()));
  const Scores scores = score_predictions(tasks, labels.names, values, labels.targets, labels.present);
  std::FILE* summary = options.output == "-" ? stderr : stdout;
  fmt::print(summary, "{} graphs, {} labels\n{}", records.size(), known,
             apps::format_table(
                 shown_metrics(tasks),
                 scores_of_targets(tasks.size() > 1 ? "mean of targets" : labels.names.front(), scores)));
  std::vector<std::int32_t> things(static_cast<std::size_t>(labels.offsets.back()));
  std::iota(things.begin(), things.end(), 0);
  if (predictor.is_calibrated()) {
    for (const std::string& line :
         apps::coverage_lines(predictor.predictor(), said.predictions, measured_values(labels, things),
                              options.confidence, things_word(labels.level))) {
      fmt::print(summary, "{}\n", line);
    }
  }
  if (!options.report.empty()) {
    apps::write_text(
        options.report,
        evaluation_report({options.input.paths, options.models, predictor, records,
                           std::ssize(said.errors) - std::ssize(records), labels, said.predictions,
                           options.confidence, notes, sha256, options.command}));
    fmt::print(summary, "report written to {}\n", options.report.string());
  }
  if (options.output.empty()) return;
  const std::string note = write_test_predictions(options.output, records, labels, things,
                                                  {predictor.predictor().columns(), values}, options.cells);
  if (!note.empty()) fmt::print(stderr, "plstm-dag: {}\n", note);
  if (options.output != "-") fmt::print("written to {}\n", options.output.string());
}

}  // namespace

void add_evaluate_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app = program.add_subcommand("evaluate", "Compare a model's predictions with labels");
  auto options = std::make_shared<EvaluateOptions>();
  options->command = command_line;
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Model");
  apps::add_model_paths(*app, options->models);
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, with labels and predictions; - is standard output");
  apps::add_confidence_flag(*app, options->confidence);
  app->add_option("--report", options->report,
                  "HTML file to write: scores, plots, and what was predicted worst");
  apps::add_cell_flags(*app, options->cells);
  apps::add_running_flags(*app, options->precision, options->threads);
  app->footer("Example: plstm-dag evaluate -i labelled.jsonl --model-paths run --report report.html");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
