#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/certainty/molecule_domain.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/run_folder.hpp>

#include "certainty_flags.hpp"
#include "commands.hpp"
#include "report.hpp"
#include "reports/evaluation_report.hpp"
#include "reports/report_molecules.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/results/coverage.hpp"
#include "support/terminal/output_folder.hpp"
#include "support/terminal/progress.hpp"
#include "tables.hpp"
#include "things/thing_rows.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

struct EvaluateOptions {
  InputOptions input;
  std::vector<std::filesystem::path> models;
  std::filesystem::path output;
  std::filesystem::path report;  // empty: none
  std::string command;           // that does the same again
  std::filesystem::path splits_file;
  std::string part = "test";
  std::string precision;  // empty: as in training
  CertaintyOptions certainty;
  CellOptions cells;
  int threads = 0;
};

const char* target_flag(Readout level) {
  return level == Readout::kNode   ? "--atom-target-columns"
         : level == Readout::kEdge ? "--bond-target-columns"
                                   : "--target-columns";
}

// The columns that the user names, or those of the training.
void choose_targets(const TrainedModel& model, InputOptions& input) {
  choose_level(input);
  const Readout level = model.config.readout;
  if (!input.target_columns.empty() && input.level != level) {
    throw ConfigError(fmt::format("evaluate: the model predicts {}; name their columns with {}",
                                  level_word(level), target_flag(level)));
  }
  input.level = level;
  if (input.target_columns.empty()) input.target_columns = model.target_names;
  if (input.target_columns.size() != model.target_names.size()) {
    throw ConfigError(fmt::format("{} names {} columns, the model has {} targets", target_flag(level),
                                  input.target_columns.size(), model.target_names.size()));
  }
}

// The part of the split, or all rows; bad ones too.
std::vector<std::int32_t> rows_to_evaluate(const Dataset& data, const EvaluateOptions& options) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(data.num_rows()));
  std::iota(rows.begin(), rows.end(), 0);
  if (options.splits_file.empty()) return rows;
  const Split split = read_split(options.splits_file);
  try {
    check_split(split, data.num_rows());
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: {} (the data has {} rows)", options.splits_file.string(), error.what(),
                                data.num_rows()));
  }
  return options.part == "train" ? split.train : options.part == "valid" ? split.validation : split.test;
}

// Rows of the very file that the run of the folder learnt from.
std::string note_on_learnt_rows(const fs::path& folder, const RunManifest& manifest, bool learns_all,
                                std::span<const std::int32_t> rows) {
  std::vector<std::int32_t> learnt;
  for (const Split& split : read_splits(folder / "splits.json")) {
    learnt.insert(learnt.end(), split.train.begin(), split.train.end());
    // A companion learns from the validation rows, too.
    if (learns_all) learnt.insert(learnt.end(), split.validation.begin(), split.validation.end());
  }
  std::ranges::sort(learnt);
  const auto count =
      std::ranges::count_if(rows, [&](std::int32_t row) { return std::ranges::binary_search(learnt, row); });
  if (count == 0) return "";
  if (!manifest.parts.empty()) {
    return fmt::format(
        "{} of {} rows were learnt by some of the models of {}; what the others said of them is in {}", count,
        rows.size(), folder.string(), (folder / "cv_predictions.csv").string());
  }
  return fmt::format("{} of {} rows were learnt by {}; --splits-file {} evaluates its test rows alone", count,
                     rows.size(), folder.string(), (folder / "splits.json").string());
}

// Whether the file divides the rows of the run in the folder.
bool is_split_of(const fs::path& folder, const fs::path& splits_file) {
  std::error_code none;
  const fs::path own = folder / "splits.json";
  return fs::is_regular_file(splits_file, none) && fs::is_regular_file(own, none) &&
         sha256_of_file(splits_file) == sha256_of_file(own);
}

// Scores of rows that a model has learnt say nothing about others. Rows of another file may be learnt ones, too: the
// same table is saved anew, sorted, or has got some more rows.
std::vector<std::string> notes_on_trained_rows(const EvaluateOptions& options, const Predictor& predictor,
                                               const Dataset& data, std::span<const std::int32_t> rows) {
  std::vector<std::string> notes;
  if (options.part == "train") return notes;
  const auto has_companion = [](const TrainedModel& member) { return member.companion != nullptr; };
  const bool learns_all = std::ranges::any_of(predictor.members(), has_companion);
  std::error_code none;
  const std::string sha256 =
      fs::is_regular_file(options.input.path, none) ? sha256_of_file(options.input.path) : "";
  bool other_file = false;
  for (const fs::path& path : options.models) {
    const std::optional<RunManifest> manifest =
        fs::is_directory(path) ? read_run_manifest(path) : std::nullopt;
    if (manifest && !sha256.empty() && manifest->data_sha256 == sha256) {
      if (std::string note = note_on_learnt_rows(path, *manifest, learns_all, rows); !note.empty())
        notes.push_back(std::move(note));
      continue;
    }
    other_file = true;
    if (manifest && !manifest->data_sha256.empty() && is_split_of(path, options.splits_file)) {
      notes.push_back(fmt::format(
          "{} divides the rows of {} as it was when {} learnt from it; {} is another file, in "
          "which other rows may have their numbers",
          options.splits_file.string(), manifest->data_path, path.string(), options.input.path.string()));
    }
  }
  if (!other_file) return notes;
  const std::size_t alike = rows_like_learnt_ones(predictor, data.fingerprints, rows).size();
  if (alike > 0) {
    notes.push_back(
        fmt::format("{} of {} rows have the Morgan fingerprint of a molecule that was learnt; scores of "
                    "learnt molecules say nothing about others",
                    alike, rows.size()));
  }
  return notes;
}

// A row that the model cannot take is bad, too.
void check_rows(const Predictor& predictor, const EvaluateOptions& options, Dataset& data) {
  for (std::size_t row = 0; row < data.graphs.size(); ++row) {
    if (!data.errors[row].empty()) continue;
    try {
      predictor.check(data.graphs[row]);
    } catch (const Error& error) {
      if (options.input.strict) {
        throw FileError(fmt::format("{}: row {} (line {}): {}", options.input.path.string(), row + 1,
                                    data.lines[row], error.what()));
      }
      data.errors[row] = error.what();
      if (data.level != Readout::kGraph) data.thing_targets[row].clear();
    }
  }
}

std::vector<std::string> notes_on_bad_rows(const Dataset& data, std::span<const std::int32_t> rows) {
  const auto bad = std::ranges::count_if(rows, [&](std::int32_t row) { return !data.good(row); });
  if (bad == 0) return {};
  const auto first = *std::ranges::find_if(rows, [&](std::int32_t row) { return !data.good(row); });
  const auto at = static_cast<std::size_t>(first);
  return {fmt::format("{} of {} rows cannot be used; the first is row {} (line {}): {}", bad, rows.size(),
                      first + 1, data.lines[at], data.errors[at])};
}

std::vector<std::string> notes_on_bounds(const Dataset& data, std::span<const std::int32_t> rows) {
  std::vector<std::string> notes;
  for (Index task = 0; task < data.bounds.cols(); ++task) {
    const auto count =
        std::ranges::count_if(rows, [&](std::int32_t row) { return data.bound(row, task) != 0; });
    if (count == 0) continue;
    notes.push_back(fmt::format("target '{}': {} of {} values are bounds such as '>5'; scores leave them out",
                                data.target_names[static_cast<std::size_t>(task)], count, rows.size()));
  }
  return notes;
}

// Piece by piece, to say how far it is.
Predictions predict_rows(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                         std::span<const std::int32_t> rows) {
  constexpr std::size_t kRowsAtOnce = 2048;
  apps::Progress progress("predicting", "molecules");
  Predictions all = predictor.predict_with_errors(graphs, rows.first(std::min(kRowsAtOnce, rows.size())));
  for (std::size_t done = kRowsAtOnce; done < rows.size(); done += kRowsAtOnce) {
    progress.at(static_cast<std::int64_t>(done),
                static_cast<double>(done) / static_cast<double>(rows.size()));
    const std::int64_t before = all.num_rows();
    const Predictions piece =
        predictor.predict_with_errors(graphs, rows.subspan(done, std::min(kRowsAtOnce, rows.size() - done)));
    for (const std::int64_t offset : std::span(piece.offsets).subspan(1)) {
      all.offsets.push_back(before + offset);
    }
    all.values.insert(all.values.end(), piece.values.begin(), piece.values.end());
    all.expected_errors.insert(all.expected_errors.end(), piece.expected_errors.begin(),
                               piece.expected_errors.end());
  }
  return all;
}

std::string report_of(const EvaluateOptions& options, const Predictor& predictor, const Dataset& data,
                      std::span<const std::int32_t> rows, std::span<const std::int32_t> good,
                      const Predictions& predictions, std::span<const std::string> notes) {
  const std::string part = options.part == "train"   ? "training"
                           : options.part == "valid" ? "validation"
                                                     : "test";
  return evaluation_report({options.input.path, options.models, predictor, data,
                            options.splits_file.empty() ? "rows" : part + " rows", rows, good, predictions,
                            options.certainty.confidence, notes, options.command});
}

// How many predictions agree with a bound, a line for each target that has bounds.
std::vector<std::string> bound_lines(const Predictor& predictor, const Dataset& data,
                                     std::span<const std::int32_t> rows, const Matrix<double>& predictions) {
  std::vector<std::string> lines;
  Index column = 0;
  for (Index task = 0; task < data.bounds.cols(); ++task) {
    std::int64_t bounds = 0, kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int bound = data.bound(rows[i], task);
      const double over = predictions(static_cast<Index>(i), column) - data.targets(rows[i], task);
      bounds += bound != 0 ? 1 : 0;
      kept += bound != 0 && bound * over >= 0 ? 1 : 0;
    }
    const Task& kind = predictor.members().front().tasks[static_cast<std::size_t>(task)];
    column += num_outputs(kind.type, 1, kind.classes);
    if (bounds == 0) continue;
    lines.push_back(fmt::format("{}: {} of {} predictions are on the allowed side of a bound",
                                printable(data.target_names[static_cast<std::size_t>(task)]), kept, bounds));
  }
  return lines;
}

void run(EvaluateOptions options) {
  std::vector<fs::path> inputs = options.models;
  inputs.insert(inputs.end(), {options.input.path, options.splits_file});
  check_output(options.output, inputs);
  check_output(options.report, inputs);
  apps::check_report_path(options.report, options.output);
  const ThreadLimit limit(options.threads);
  const std::vector<std::string> runs = states_of_runs(options.models);
  const MoleculePredictor loaded = load_predictor(options.models, options.precision);
  const Predictor& predictor = loaded.predictor();
  const TrainedModel& model = predictor.members().front();
  choose_targets(model, options.input);
  DatasetOptions reading;
  reading.input = options.input;
  reading.featurize = loaded.featurize_options();
  reading.labels = labels_of(predictor);
  reading.bounds = true;
  reading.molecules = !options.report.empty();
  reading.fingerprints = true;
  Dataset data = load_dataset(reading);
  check_rows(predictor, options, data);
  const std::vector<std::int32_t> rows = rows_to_evaluate(data, options);
  std::vector<std::string> notes = notes_on_bad_rows(data, rows);
  if (!data.standardized.empty()) notes.push_back(note_on_standardising(data));
  std::vector<std::int32_t> good = rows;
  std::erase_if(good, [&](std::int32_t row) { return !data.good(row); });
  std::ranges::copy(notes_on_bounds(data, good), std::back_inserter(notes));
  std::ranges::copy(notes_on_trained_rows(options, predictor, data, good), std::back_inserter(notes));
  for (const std::string& note : notes) fmt::print(stderr, "plstm-mol: {}\n", printable(note));
  if (good.empty() && !rows.empty()) {
    throw FileError(
        fmt::format("{}: none of its {} rows can be evaluated", options.input.path.string(), rows.size()));
  }
  const Predictions said = in_judged_order(data, good, predict_rows(predictor, data.graphs, good));
  const std::string report =
      options.report.empty() ? "" : report_of(options, predictor, data, rows, good, said, notes);
  apps::check_same_runs(options.models, runs);
  const Matrix<double> predictions = ConstMatrixMap<double>(
      said.values.data(), static_cast<Index>(said.num_rows()), std::ssize(said.columns));
  const Measured measured = measured_of(data, good);
  const Scores scores =
      score_predictions(model.tasks, model.target_names, predictions, measured.targets, measured.present);
  const std::vector<NamedScores> table =
      scores_of_targets(model.tasks.size() > 1 ? "mean of targets" : model.target_names.front(), scores);
  std::FILE* summary = options.output == "-" ? stderr : stdout;
  fmt::print(summary, "{} molecules{}, {} bad rows\n{}", good.size(),
             data.level == Readout::kGraph ? ""
                                           : fmt::format(" with {} {} that have values",
                                                         num_labelled(data, good), level_word(data.level)),
             rows.size() - good.size(), format_table(shown_metrics(model.tasks), table));
  for (const std::string& line : bound_lines(predictor, data, good, predictions))
    fmt::print(summary, "{}\n", line);
  if (predictor.calibration() != nullptr) {
    for (const std::string& line : apps::coverage_lines(predictor, said, measured_values(data, good),
                                                        options.certainty.confidence, "molecules")) {
      fmt::print(summary, "{}\n", line);
    }
  }
  if (!options.report.empty()) {
    apps::write_text(options.report, report);
    fmt::print(summary, "report written to {}\n", options.report.string());
  }
  if (options.output.empty()) return;
  const std::string note = write_predictions(options.output, data, rows,
                                             {predictor.columns(), model.tasks, predictions}, options.cells);
  if (!note.empty()) fmt::print(stderr, "plstm-mol: {}\n", note);
  if (options.output != "-") fmt::print("written to {}\n", options.output.string());
}

}  // namespace

void add_evaluate_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app = program.add_subcommand("evaluate", "Compare a model's predictions with measured values");
  auto options = std::make_shared<EvaluateOptions>();
  options->command = command_line;
  app->option_defaults()->group("Input");
  app->add_option("-i,--data-path,--test-path", options->input.path,
                  "CSV, TSV, SMI or SD file with the targets, perhaps compressed (.gz); - is standard input")
      ->required();
  add_input_options(*app, options->input, true);
  add_thing_target_options(*app, options->input, "compare with");
  app->add_option("--splits-file", options->splits_file,
                  "evaluate only a part of this split, for example of splits.json of a run");
  app->add_option("--part", options->part, "part of the split")
      ->check(CLI::IsMember({"train", "valid", "test"}))
      ->capture_default_str();
  app->option_defaults()->group("Model");
  add_model_paths(*app, options->models);
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, with targets and predictions; - is standard output");
  apps::add_confidence_flag(*app, options->certainty.confidence);
  app->add_option("--report", options->report,
                  "HTML file to write: scores, plots, and the molecules that were predicted worst");
  add_cell_flags(*app, options->cells);
  add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "Example: plstm-mol evaluate -i measured.csv --model-paths run --splits-file run/splits.json --report "
      "report.html");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
