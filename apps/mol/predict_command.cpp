#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/molecule.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>

#include "certainty_columns.hpp"
#include "commands.hpp"
#include "predict_smiles.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/terminal/progress.hpp"
#include "tables.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRowsAtOnce = 2048;

struct PredictOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  std::vector<std::string> smiles;
  bool drop_extra_columns = false;
  CertaintyOptions certainty;
  CellOptions cells;
  std::string precision;  // empty: as in training
  int threads = 0;
};

struct Counts {
  std::int64_t rows = 0;
  std::int64_t bad = 0;
  std::int64_t changed = 0;  // by standardising
};

// Columns of the input keep their names, but for those that are also our own and for the second of two that are equal.
std::vector<std::string> carried_names(std::span<const std::string> fields) {
  const std::array<std::string, 4> own{"row", "smiles", "id", "error"};
  std::vector<std::string> names(fields.begin(), fields.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto earlier = fields.first(i);
    const bool is_own = std::ranges::find(own, names[i]) != own.end();
    if (!is_own && std::ranges::find(earlier, names[i]) == earlier.end()) continue;
    std::vector<std::string> taken(own.begin(), own.end());
    taken.insert(taken.end(), fields.begin(), fields.end());
    taken.insert(taken.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i));
    names[i] = distinct_names(std::move(taken), {&names[i], 1}, "_input").front();
  }
  return names;
}

bool standardizes(const MoleculePredictor& loaded) {
  return loaded.featurize_options().standardize.any();
}

void write_header(TableWriter& table, const MoleculePredictor& loaded, const CertaintyColumns& certainty,
                  std::span<const std::string> fields) {
  const std::vector<std::string> carried = carried_names(fields);
  std::vector<std::string> header{"row", "smiles", "id"};
  header.insert(header.end(), carried.begin(), carried.end());
  header.emplace_back("error");
  std::vector<std::string> predicted = loaded.columns();
  const TrainedModel& model = loaded.predictor().members().front();
  std::ranges::move(class_columns(model.target_names, model.tasks), std::back_inserter(predicted));
  predicted.insert(predicted.end(), certainty.names().begin(), certainty.names().end());
  if (standardizes(loaded)) predicted.emplace_back("standardized_smiles");
  const std::vector<std::string> names = distinct_names(header, predicted, "_predicted");
  header.insert(header.end() - 1, names.begin(), names.end());
  table.write(std::move(header));
}

// Predicts and writes one piece of the input.
void write_chunk(TableWriter& table, const MoleculePredictor& loaded, CertaintyColumns& certainty,
                 std::vector<MoleculeRecord>& records, std::size_t num_fields, Counts& counts) {
  const std::vector<PreparedGraph> graphs = prepare_records(records, loaded.predictor());
  std::vector<std::int32_t> good;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error.empty()) good.push_back(static_cast<std::int32_t>(i));
  }
  const Predictions predictions = certainty.has_intervals()
                                      ? loaded.predictor().predict_with_errors(graphs, good)
                                      : loaded.predictor().predict(graphs, good);
  std::vector<std::vector<std::string>> sure = certainty.cells(records, graphs, predictions);
  const std::vector<Task>& tasks = loaded.predictor().members().front().tasks;
  const std::size_t columns = predictions.columns.size();
  const std::vector<std::string> unknown(
      columns + class_columns(loaded.predictor().members().front().target_names, tasks).size());
  std::int64_t next = 0;
  for (MoleculeRecord& record : records) {
    std::vector<std::string> fields{fmt::to_string(record.row), record.smiles, record.id};
    record.fields.resize(num_fields);
    std::ranges::move(record.fields, std::back_inserter(fields));
    const bool predicted = record.error.empty();
    if (predicted) {
      const std::span<const double> values =
          std::span(predictions.values).subspan(static_cast<std::size_t>(next) * columns, columns);
      std::ranges::transform(values, std::back_inserter(fields), format_prediction);
      std::ranges::move(class_cells(tasks, values), std::back_inserter(fields));
    } else {
      fields.insert(fields.end(), unknown.begin(), unknown.end());
    }
    std::vector<std::string> of_row(certainty.names().size());
    if (predicted) of_row = std::move(sure[static_cast<std::size_t>(next)]);
    std::ranges::move(of_row, std::back_inserter(fields));
    next += predicted ? 1 : 0;
    counts.changed += record.standardized.empty() ? 0 : 1;
    if (standardizes(loaded)) fields.push_back(std::move(record.standardized));
    fields.push_back(record.error);
    table.write(std::move(fields));
  }
  counts.rows += static_cast<std::int64_t>(records.size());
  counts.bad += static_cast<std::int64_t>(records.size() - good.size());
}

Counts predict_file(const PredictOptions& options, const MoleculePredictor& loaded,
                    CertaintyColumns& certainty, TableWriter& table) {
  MoleculeReaderOptions reading = reader_options(options.input, loaded.featurize_options());
  reading.target_columns = std::vector<std::string>{};
  reading.keep_fields = !options.drop_extra_columns;
  reading.keep_molecules = certainty.compares();
  MoleculeReader reader(options.input.path, reading);
  write_header(table, loaded, certainty, reader.field_names());
  Counts counts;
  apps::Progress progress("predicting", "rows", goes_to_file(options.output));
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kRowsAtOnce);
    if (records.empty()) return counts;
    write_chunk(table, loaded, certainty, records, reader.field_names().size(), counts);
    progress.at(counts.rows, reader.share_read());
  }
}

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

void run(PredictOptions options) {
  sort_arguments("predict", options.input.path, options.smiles, options.models);
  std::vector<fs::path> inputs = options.models;
  inputs.push_back(options.input.path);
  check_output(options.output, inputs);
  check_output(options.certainty.neighbours, inputs);
  check_apart(options.output, options.certainty.neighbours);
  const ThreadLimit limit(options.threads);
  const MoleculePredictor loaded = load_predictor(options.models, options.precision);
  CertaintyColumns certainty(loaded, options.certainty);
  TableWriter table(options.output, options.cells);
  Counts counts;
  if (options.smiles.empty()) {
    counts = predict_file(options, loaded, certainty, table);
  } else {
    std::vector<MoleculeRecord> records =
        records_of(options.smiles, loaded.featurize_options(), options.input.strict);
    write_header(table, loaded, certainty, {});
    write_chunk(table, loaded, certainty, records, 0, counts);
  }
  table.commit();
  certainty.commit();
  if (counts.rows == 0) {
    fmt::print(stderr, "plstm-mol: {} has no molecule\n", printable(options.input.path.string()));
  }
  if (goes_to_file(options.output)) {
    fmt::print("{} rows predicted, {} bad rows, written to {}\n", counts.rows - counts.bad, counts.bad,
               options.output.string());
  } else if (counts.bad > 0) {
    fmt::print(stderr, "plstm-mol: {} of {} rows are bad, see the error column\n", counts.bad, counts.rows);
  }
  if (standardizes(loaded)) {
    fmt::print(stderr, "plstm-mol: standardising has changed {} of {} molecules\n", counts.changed,
               counts.rows - counts.bad);
  }
  if (const std::string note = certainty.note(); !note.empty()) fmt::print(stderr, "plstm-mol: {}\n", note);
  if (const std::string note = table.note(); !note.empty()) fmt::print(stderr, "plstm-mol: {}\n", note);
}

}  // namespace

void add_predict_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("predict", "Predict properties with a trained model");
  auto options = std::make_shared<PredictOptions>();
  add_molecule_flags(*app, options->input, options->smiles, options->models, "predict");
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, compressed if it ends in .gz (default, and -: standard output)");
  app->add_flag("--drop-extra-columns", options->drop_extra_columns,
                "write no columns of the input but SMILES and id (default: all of a table)");
  add_cell_flags(*app, options->cells);
  app->option_defaults()->group("How sure");
  add_certainty_flags(*app, options->certainty);
  add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "Examples: plstm-mol predict -i new.csv --model-paths run -o predictions.csv\n"
      "          plstm-mol predict --model-paths run \"CC(=O)Oc1ccccc1\"");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
