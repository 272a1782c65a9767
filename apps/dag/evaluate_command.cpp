#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
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
#include "support/results/model_flags.hpp"
#include "support/results/scores.hpp"
#include "support/results/tables.hpp"
#include "trained.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  std::string precision;
  apps::CellOptions cells;
  int threads = 0;
};

// Scores of graphs that a model has learnt say nothing about others.
void note_trained_graphs(const EvaluateOptions& options, std::span<const GraphRecord> records) {
  for (const fs::path& path : options.models) {
    const std::optional<RunManifest> manifest =
        fs::is_directory(path) ? read_run_manifest(path) : std::nullopt;
    if (!manifest || manifest->data_sha256 != digest_of(records)) continue;
    fmt::print(stderr,
               "plstm-dag: {} was trained on a part of these graphs; {} has the scores of its test part\n",
               printable(path.string()), printable((path / "test_scores.json").string()));
  }
}

void run(const EvaluateOptions& options) {
  std::vector<fs::path> inputs = options.models;
  inputs.insert(inputs.end(), options.input.paths.begin(), options.input.paths.end());
  apps::check_output(options.output, inputs);
  const ThreadLimit limit(options.threads);
  const std::vector<std::string> runs = states_of_runs(options.models);
  const DagPredictor predictor = load_predictor(options.models, options.precision);
  std::vector<GraphRecord> records = read_input(options.input);
  note_trained_graphs(options, records);
  apps::check_same_runs(options.models, runs);
  const auto num_graphs = records.size();
  std::vector<DagPrediction> said = predictor.predict(records);
  std::string first_error;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!said[i]) {
      if (first_error.empty()) first_error = said[i].error;
      continue;
    }
    if (kept != i) {
      records[kept] = std::move(records[i]);
      said[kept] = std::move(said[i]);
    }
    ++kept;
  }
  records.resize(kept);
  said.resize(kept);
  if (!first_error.empty()) {
    fmt::print(stderr, "plstm-dag: {} of {} graphs cannot be used; the first: {}\n", num_graphs - kept,
               num_graphs, printable(first_error));
  }
  const RecordLabels labels =
      read_record_labels(records, predictor.level(), predictor.task_names(), predictor.tasks());
  Matrix<double> values(labels.offsets.back(), std::ssize(predictor.predictor().columns()));
  Index row = 0;
  for (const DagPrediction& each : said) {
    const auto rows = std::ssize(each.values) / values.cols();
    values.middleRows(row, rows) = ConstMatrixMap<double>(each.values.data(), rows, values.cols());
    row += rows;
  }
  const std::vector<Task> tasks(predictor.tasks().begin(), predictor.tasks().end());
  const auto known = (labels.present.array() != 0).count();
  if (known == 0)
    throw FileError(fmt::format("no {} has the attribute '{}' to compare with", name(labels.level),
                                labels.names.front()));
  const apps::Scores scores = apps::score(tasks, labels.names, values, labels.targets, labels.present);
  std::FILE* summary = options.output == "-" ? stderr : stdout;
  fmt::print(summary, "{} graphs, {} labels\n{}", kept, known,
             apps::format_table(apps::shown_metrics(tasks),
                                apps::scores_of_targets(
                                    tasks.size() > 1 ? "mean of targets" : labels.names.front(), scores)));
  if (options.output.empty()) return;
  std::vector<std::int32_t> things(static_cast<std::size_t>(labels.offsets.back()));
  std::iota(things.begin(), things.end(), 0);
  const std::string note = write_test_predictions(options.output, records, labels, things,
                                                  {predictor.predictor().columns(), values}, options.cells);
  if (!note.empty()) fmt::print(stderr, "plstm-dag: {}\n", note);
  if (options.output != "-") fmt::print("written to {}\n", options.output.string());
}

}  // namespace

void add_evaluate_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("evaluate", "Compare a model's predictions with labels");
  auto options = std::make_shared<EvaluateOptions>();
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Model");
  apps::add_model_paths(*app, options->models);
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, with labels and predictions; - is standard output");
  apps::add_cell_flags(*app, options->cells);
  apps::add_running_flags(*app, options->precision, options->threads);
  app->footer("Example: plstm-dag evaluate -i labelled.jsonl --model-paths run");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
