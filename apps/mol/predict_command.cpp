#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/screen/best_rows.hpp>
#include <plstm/chem/screen/molecule_files.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/learn/run_folder.hpp>

#include "column_arguments.hpp"
#include "commands.hpp"
#include "predict_options.hpp"
#include "predict_smiles.hpp"
#include "support/rank_roles.hpp"
#include "support/terminal/progress.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

struct Counts {
  std::int64_t rows = 0;
  std::int64_t bad = 0;
  std::int64_t changed = 0;   // by standardising
  std::int64_t unranked = 0;  // without a number to judge them by
};

// The table of predictions, and that of the nearest training molecules if one is asked for.
class PredictionTables {
 public:
  PredictionTables(const PredictOptions& options, const PredictionRows& rows)
      : rows_(rows), options_(options), table_(options.output, options.cells) {
    table_.write(rows.header());
    if (options.keeps_best()) {
      best_.emplace(options.best.keep, options.best.lowest);
      judged_ = rows.column(options.best.by);
    }
    if (options.certainty.neighbours.empty()) return;
    neighbours_.emplace(options.certainty.neighbours, CellOptions{});
    neighbours_->write({"row", "smiles", "id", "rank", "training_row", "similarity"});
  }

  void write(std::vector<MoleculeRecord>& records) {
    PredictedRows predicted = rows_.predict(records);
    counts_.rows += std::ssize(records);
    counts_.bad += std::ssize(records) - predicted.good;
    counts_.changed += predicted.changed;
    if (neighbours_.has_value()) write_neighbours(records, predicted);
    std::int64_t within = 0;
    for (std::size_t i = 0; i < predicted.cells.size(); ++i) {
      within = i > 0 && predicted.records[i] == predicted.records[i - 1] ? within + 1 : 0;
      const MoleculeRecord& of = records[predicted.records[i]];
      if (!best_.has_value()) {
        table_.write(std::move(predicted.cells[i]));
      } else if (of.error.empty()) {
        offer(predicted.cells[i], of.row, within);
      }
    }
  }

  void commit() {
    if (best_.has_value()) {
      for (const RankedRow& row : best_->take()) table_.write(fields_of(row.text));
    }
    table_.commit();
    if (neighbours_.has_value()) neighbours_->commit();
  }

  const Counts& counts() const { return counts_; }
  std::string note() const { return table_.note(); }

 private:
  void offer(const std::vector<std::string>& cells, std::int64_t record, std::int64_t within) {
    const std::optional<double> value = number_of_cell(cells[judged_]);
    counts_.unranked += value.has_value() ? 0 : 1;
    if (!value.has_value() || !best_->would_keep(*value, record, within)) return;
    best_->offer({*value, record, within, csv_row(cells)});
  }

  static std::vector<std::string> fields_of(const std::string& text) {
    std::istringstream stream(text);
    CsvReader reader(stream, "a row", {.delimiter = ',', .header = false, .detect = false});
    CsvRow row;
    reader.next(row);
    return row.fields;
  }

  void write_neighbours(std::span<const MoleculeRecord> records, const PredictedRows& predicted) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      std::int64_t rank = 0;
      for (const TrainingNeighbour& neighbour : predicted.nearest[i]) {
        neighbours_->write({fmt::to_string(records[i].row), records[i].smiles, records[i].id,
                            fmt::to_string(++rank), fmt::to_string(neighbour.number),
                            fmt::format("{:.4f}", neighbour.similarity)});
      }
    }
  }

  const PredictionRows& rows_;
  const PredictOptions& options_;
  TableWriter table_;
  std::optional<TableWriter> neighbours_;
  std::optional<BestRows> best_;
  std::size_t judged_ = 0;  // column
  Counts counts_;
};

// Two tables in one file would overwrite each other.
void check_apart(const fs::path& predictions, const fs::path& neighbours) {
  const auto is_standard = [](const fs::path& path) { return path.empty() || path == "-"; };
  if (neighbours.empty()) return;
  const auto place_of = [](const fs::path& path) { return fs::weakly_canonical(fs::absolute(path)); };
  const bool same = is_standard(predictions) || is_standard(neighbours)
                        ? is_standard(predictions) && is_standard(neighbours)
                        : place_of(predictions) == place_of(neighbours);
  if (!same) return;
  throw ConfigError(
      "predict: --neighbours-out and the predictions go to the same place; name a file for one of them");
}

// What the table that was written lacks, or has too much of.
void say_notes(const PredictOptions& options, const PredictionRows& rows, const PredictionTables& tables) {
  const auto say = [](const std::string& text) { fmt::print(stderr, "plstm-mol: {}\n", text); };
  const Counts& counts = tables.counts();
  if (counts.rows == 0) say(fmt::format("{} has no molecule", printable(options.input.path.string())));
  if (goes_to_file(options.output)) {
    fmt::print("{} rows predicted, {} bad rows, written to {}\n", counts.rows - counts.bad, counts.bad,
               options.output.string());
  } else if (counts.bad > 0) {
    say(fmt::format("{} of {} rows are bad, see the error column", counts.bad, counts.rows));
  }
  if (rows.standardizes()) {
    say(fmt::format("standardising has changed {} of {} molecules", counts.changed,
                    counts.rows - counts.bad));
  }
  if (counts.unranked > 0) {
    say(fmt::format("{} rows without an error have no number in '{}' and are left out", counts.unranked,
                    options.best.by));
  }
  if (const std::string note = tables.note(); !note.empty()) say(note);
}

// Before the work begins.
void say_unbounded(const PredictionRows& rows) {
  const std::optional<double> confidence = rows.unbounded_confidence();
  if (!confidence.has_value()) return;
  fmt::print(stderr,
             "plstm-mol: too few molecules were held out in training for intervals that hold {:.4g} % of all "
             "values; these cells are empty, and a lower --confidence fills them\n",
             100 * *confidence);
}

void predict_table(const PredictOptions& options, const MoleculePredictor& predictor,
                   std::span<const double> columns) {
  const bool from_files = options.smiles.empty();
  const PredictionRowOptions row_choice =
      options.keeps_best() ? with_columns_of(options.best, row_options(options)) : row_options(options);
  std::optional<MoleculeFiles> files;
  if (from_files) files.emplace(options.inputs, reading_for(predictor, reading_of(options, predictor)));
  const PredictionRows rows(predictor, from_files ? files->field_names() : std::vector<std::string>(),
                            row_choice);
  const bool to_file = goes_to_file(options.output);
  PredictionTables tables(options, rows);
  if (from_files) {
    files->keep_molecules(rows.compares());
    apps::Progress progress("predicting", "rows", to_file);
    while (true) {
      std::vector<MoleculeRecord> records = files->next_chunk(rows.block_rows());
      if (records.empty()) break;
      tables.write(records);
      progress.at(tables.counts().rows, files->share_read());
    }
  } else {
    std::vector<MoleculeRecord> records =
        records_of(options.smiles, {columns.begin(), columns.end()}, predictor.featurize_options(),
                   options.input.strict, predictor.level());
    tables.write(records);
  }
  tables.commit();
  say_notes(options, rows, tables);
  say_unbounded(rows);
}

void check_best(const PredictOptions& options) {
  if (options.keeps_best() != !options.best.by.empty()) {
    throw ConfigError(
        "predict: --keep-best needs --best-by with the column that rows are judged by, and the other way "
        "round");
  }
  if (options.best.lowest && !options.keeps_best()) {
    throw ConfigError("predict: --lowest says which rows --keep-best keeps, which is not given");
  }
}

void run(PredictOptions options, const Ranks& ranks) {
  if (!options.inputs.empty()) options.input.path = options.inputs.front();
  sort_arguments("predict", options.input.path, options.smiles, options.models);
  check_best(options);
  const bool in_parts = writes_parts(options);
  std::vector<fs::path> inputs = options.models;
  inputs.insert(inputs.end(), options.inputs.begin(), options.inputs.end());
  if (!in_parts) check_output(options.output, inputs);
  check_output(options.certainty.neighbours, inputs);
  check_apart(options.output, options.certainty.neighbours);
  if (!in_parts && ranks.size() > 1) {
    throw ConfigError("predict: ranks write parts into a folder; say -o FOLDER/");
  }
  apps::check_all_can_read(ranks, options.inputs);
  const ThreadLimit limit(apps::threads_for(ranks, options.threads));
  const std::vector<std::string> runs = states_of_runs(options.models);
  const MoleculePredictor predictor = load_predictor(options.models, options.precision);
  const std::vector<double> columns =
      column_arguments("predict", options.input, predictor.featurize_options(), options.smiles);
  if (in_parts) {
    predict_parts(options, predictor, runs, ranks);
  } else {
    predict_table(options, predictor, columns);
  }
}

}  // namespace

PredictionRowOptions row_options(const PredictOptions& options) {
  PredictionRowOptions rows;
  if (options.certainty.no_intervals) {
    rows.confidence.reset();
  } else {
    rows.confidence = options.certainty.confidence;
  }
  rows.domain = !options.certainty.no_domain;
  rows.neighbours = options.certainty.neighbours.empty() ? 0 : options.certainty.num_neighbours;
  rows.each_thing = options.each_thing;
  rows.columns = options.columns;
  return rows;
}

MoleculeReaderOptions reading_of(const PredictOptions& options, const MoleculePredictor& predictor) {
  MoleculeReaderOptions reading = reader_options(options.input, predictor.featurize_options());
  reading.keep_fields = !options.drop_extra_columns && !options.each_thing;
  return reading;
}

void add_predict_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("predict", "Predict properties with a trained model");
  auto options = std::make_shared<PredictOptions>();
  add_molecule_flags(*app, options->input, options->smiles, options->models, "predict", &options->inputs);
  app->option_defaults()->group("Output");
  app->add_option(
      "-o,--preds-path,--output", options->output,
      "CSV file to write, compressed if it ends in .gz (default, and -: standard output). FOLDER/ is a "
      "folder for an output in parts, which a stopped run can go on with");
  app->add_flag("--drop-extra-columns", options->drop_extra_columns,
                "write no columns of the input but SMILES and id (default: all of a table)");
  app->add_option(
         "--columns", options->columns,
         "the columns to write, in this order, separated by commas (default: all). What none of them needs "
         "is not computed")
      ->delimiter(',')
      ->allow_extra_args(false);
  app->add_option("--keep-best", options->best.keep,
                  "write only so many rows, those with the highest values in --best-by, the best first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 32));
  app->add_option("--best-by", options->best.by,
                  "column of the output with numbers, such as a target; of equal rows the first is better");
  app->add_flag("--lowest", options->best.lowest, "the lowest values are the best");
  app->add_flag("--long", options->each_thing,
                "write a row for each atom or bond, with its number (from 0) and symbol, instead of lists; "
                "for models of "
                "atoms or bonds");
  add_cell_flags(*app, options->cells);
  add_part_flags(*app, options->parts);
  app->option_defaults()->group("How sure");
  add_certainty_flags(*app, options->certainty);
  add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "Examples: plstm-mol predict -i new.csv --model-paths run -o predictions.csv\n"
      "          plstm-mol predict --model-paths run \"CC(=O)Oc1ccccc1\"\n"
      "          plstm-mol predict -i library_*.smi.gz --model-paths run -o screened/ --keep-best 1000 "
      "--best-by "
      "activity");
  app->callback([options, &command] { command = [options](const Ranks& ranks) { run(*options, ranks); }; });
}

}  // namespace plstm::mol
