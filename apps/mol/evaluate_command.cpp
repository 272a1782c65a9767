#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/split_file.hpp>

#include "commands.hpp"
#include "report.hpp"
#include "run_folder.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

struct EvaluateOptions {
  InputOptions input;
  std::vector<std::filesystem::path> models;
  std::filesystem::path output;
  std::filesystem::path splits_file;
  std::string part = "test";
  std::string precision;  // empty: as in training
  int threads = 0;
};

std::vector<std::int32_t> rows_to_evaluate(const Dataset& data, const EvaluateOptions& options) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(data.num_rows()));
  std::iota(rows.begin(), rows.end(), 0);
  if (!options.splits_file.empty()) {
    const Split split = read_split(options.splits_file);
    check_split(split, data.num_rows());
    rows = options.part == "train" ? split.train : options.part == "valid" ? split.validation : split.test;
  }
  std::erase_if(rows, [&](std::int32_t row) { return !data.good(row); });
  return rows;
}

void run(EvaluateOptions options) {
  const ThreadLimit limit(options.threads);
  const MoleculePredictor loaded = load_predictor(options.models, options.precision);
  const Predictor& predictor = loaded.predictor();
  const TrainedModel& model = predictor.members().front();
  const TaskType task = task_type(predictor);
  if (options.input.target_columns.empty()) options.input.target_columns = model.target_names;
  if (options.input.target_columns.size() != model.target_names.size()) {
    throw ConfigError(fmt::format("--target-columns names {} columns, the model has {} targets",
                                  options.input.target_columns.size(), model.target_names.size()));
  }
  Dataset data = load_dataset({options.input, loaded.featurize_options(), false, false});
  for (std::size_t row = 0; row < data.graphs.size(); ++row) {
    if (!data.errors[row].empty()) continue;
    try {
      predictor.check(data.graphs[row]);
    } catch (const Error& error) {
      if (options.input.strict)
        throw FileError(fmt::format("{}: row {}: {}", options.input.path.string(), row + 1, error.what()));
      data.errors[row] = error.what();
    }
  }
  const std::vector<std::int32_t> rows = rows_to_evaluate(data, options);
  const Matrix<double> predictions = predict(predictor, data.graphs, rows);
  Matrix<double> targets(static_cast<Index>(rows.size()), data.targets.cols());
  Matrix<std::uint8_t> present(targets.rows(), targets.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    targets.row(static_cast<Index>(i)) = data.targets.row(rows[i]);
    present.row(static_cast<Index>(i)) = data.present.row(rows[i]);
  }
  const Scores scores = score(task, model.target_names, predictions, targets, present);
  std::vector<NamedScores> table{{"all", scores}};
  for (const auto& [target, values] : scores) {
    if (!target.empty()) table.push_back({target, {{"", values}}});
  }
  fmt::print("{} molecules, {} bad rows\n{}", rows.size(), data.num_bad_rows(), format_table(task, table));
  if (!options.output.empty()) {
    write_predictions(options.output, data, rows, predictor.columns(), predictions);
    fmt::print("written to {}\n", options.output.string());
  }
}

}  // namespace

void add_evaluate_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("evaluate", "Compare a model's predictions with measured values");
  auto options = std::make_shared<EvaluateOptions>();
  app->add_option("-i,--data-path,--test-path", options->input.path,
                  "CSV, TSV, SMI or SD file with the targets")
      ->required();
  app->add_option("--model-paths,--model-path", options->models,
                  "model files or run folders, separated by commas; several are averaged")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, with targets and predictions");
  app->add_option("--splits-file", options->splits_file,
                  "evaluate only a part of this split, for example of splits.json of a run");
  app->add_option("--part", options->part, "part of the split")
      ->check(CLI::IsMember({"train", "valid", "test"}))
      ->capture_default_str();
  add_input_options(*app, options->input, true);
  app->add_option("--precision", options->precision,
                  "precision of products: float or bfloat16 (default: as in training)")
      ->check(CLI::IsMember({"float", "bfloat16"}));
  app->add_option("--threads", options->threads, "number of threads (0: all cores)")->capture_default_str();
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
