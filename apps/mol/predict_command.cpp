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
#include <plstm/chem/things/thing_predictions.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>

#include "certainty_columns.hpp"
#include "column_arguments.hpp"
#include "commands.hpp"
#include "predict_smiles.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/terminal/progress.hpp"
#include "tables.hpp"
#include "things/thing_rows.hpp"
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
  bool each_thing = false;  // a row for each atom or bond
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

// The columns that name an atom or bond where each has a row.
std::vector<std::string> thing_columns(Readout level) {
  if (level == Readout::kNode) return {"atom", "symbol"};
  return {"bond", "atoms", "symbol"};
}

std::vector<std::string> thing_fields(const MoleculeThings& things, std::size_t row) {
  std::vector<std::string> fields{fmt::to_string(things.numbers[row])};
  if (things.level == Readout::kEdge)
    fields.push_back(fmt::format("{} {}", things.ends[2 * row], things.ends[2 * row + 1]));
  fields.push_back(things.symbols[row]);
  return fields;
}

void write_header(TableWriter& table, const MoleculePredictor& loaded, const CertaintyColumns& certainty,
                  std::span<const std::string> fields, bool each_thing) {
  const std::vector<std::string> carried = carried_names(fields);
  std::vector<std::string> header{"row", "smiles", "id"};
  header.insert(header.end(), carried.begin(), carried.end());
  if (each_thing) std::ranges::move(thing_columns(loaded.level()), std::back_inserter(header));
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

Predictions in_record_order(const MoleculePredictor& loaded, std::span<const MoleculeRecord> records,
                            std::span<const std::int32_t> good, Predictions predictions) {
  if (loaded.level() == Readout::kGraph) return predictions;
  std::vector<const MoleculeThings*> molecules;
  for (const std::int32_t i : good) molecules.push_back(&*records[static_cast<std::size_t>(i)].things);
  return in_input_order(std::move(predictions), molecules);
}

// Predicts and writes one piece of the input.
void write_chunk(TableWriter& table, const MoleculePredictor& loaded, CertaintyColumns& certainty,
                 std::vector<MoleculeRecord>& records, std::size_t num_fields, bool each_thing,
                 Counts& counts) {
  const std::vector<PreparedGraph> graphs = prepare_records(records, loaded.predictor());
  std::vector<std::int32_t> good;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error.empty()) good.push_back(static_cast<std::int32_t>(i));
  }
  const Predictions predictions =
      in_record_order(loaded, records, good,
                      certainty.has_intervals() ? loaded.predictor().predict_with_errors(graphs, good)
                                                : loaded.predictor().predict(graphs, good));
  std::vector<CertaintyColumns::Cells> sure = certainty.cells(records, graphs, predictions);
  const std::vector<Task>& tasks = loaded.predictor().members().front().tasks;
  const std::size_t columns = predictions.columns.size();
  const std::size_t width = columns +
                            class_columns(loaded.predictor().members().front().target_names, tasks).size() +
                            certainty.num_interval_columns();
  const std::size_t own = each_thing ? thing_columns(loaded.level()).size() : 0;
  std::size_t next = 0;
  for (MoleculeRecord& record : records) {
    std::vector<std::string> fields{fmt::to_string(record.row), record.smiles, record.id};
    record.fields.resize(num_fields);
    std::ranges::move(record.fields, std::back_inserter(fields));
    std::vector<std::vector<std::string>> cells;  // of each prediction, with what names an atom or bond
    std::vector<std::string> domain(certainty.names().size() - certainty.num_interval_columns());
    if (record.error.empty()) {
      const std::span<const double> values = predictions.of_graph(static_cast<std::int64_t>(next));
      for (std::size_t i = 0; i < sure[next].intervals.size(); ++i) {
        std::vector<std::string>& row = cells.emplace_back();
        if (each_thing) row = thing_fields(*record.things, i);
        std::ranges::move(prediction_cells(tasks, values.subspan(i * columns, columns)),
                          std::back_inserter(row));
        std::ranges::move(sure[next].intervals[i], std::back_inserter(row));
      }
      domain = std::move(sure[next++].domain);
      if (loaded.level() != Readout::kGraph && !each_thing) cells = {as_lists(cells, width)};
    }
    if (cells.empty()) cells.emplace_back(own + width);  // of a bad row, and of a molecule without bonds
    counts.changed += record.standardized.empty() ? 0 : 1;
    for (std::vector<std::string>& row : cells) {
      std::vector<std::string> all = fields;
      std::ranges::move(row, std::back_inserter(all));
      all.insert(all.end(), domain.begin(), domain.end());
      if (standardizes(loaded)) all.push_back(record.standardized);
      all.push_back(record.error);
      table.write(std::move(all));
    }
  }
  counts.rows += static_cast<std::int64_t>(records.size());
  counts.bad += static_cast<std::int64_t>(records.size() - good.size());
}

Counts predict_file(const PredictOptions& options, const MoleculePredictor& loaded,
                    CertaintyColumns& certainty, TableWriter& table) {
  MoleculeReaderOptions reading = reader_options(options.input, loaded.featurize_options());
  reading.target_columns = std::vector<std::string>{};
  reading.level = loaded.level();
  reading.keep_fields = !options.drop_extra_columns && !options.each_thing;
  reading.keep_molecules = certainty.compares();
  MoleculeReader reader(options.input.path, reading);
  write_header(table, loaded, certainty, reader.field_names(), options.each_thing);
  Counts counts;
  apps::Progress progress("predicting", "rows", goes_to_file(options.output));
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kRowsAtOnce);
    if (records.empty()) return counts;
    write_chunk(table, loaded, certainty, records, reader.field_names().size(), options.each_thing, counts);
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
  if (options.each_thing && loaded.level() == Readout::kGraph) {
    throw ConfigError("predict: --long writes a row for each atom or bond, and the model predicts molecules");
  }
  const std::vector<double> columns =
      column_arguments("predict", options.input, loaded.featurize_options(), options.smiles);
  CertaintyColumns certainty(loaded, options.certainty);
  TableWriter table(options.output, options.cells);
  Counts counts;
  if (options.smiles.empty()) {
    counts = predict_file(options, loaded, certainty, table);
  } else {
    std::vector<MoleculeRecord> records =
        records_of(options.smiles, columns, loaded.featurize_options(), options.input.strict, loaded.level());
    write_header(table, loaded, certainty, {}, options.each_thing);
    write_chunk(table, loaded, certainty, records, 0, options.each_thing, counts);
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
  app->add_flag("--long", options->each_thing,
                "write a row for each atom or bond, with its number (from 0) and symbol, instead of lists; "
                "for models of "
                "atoms or bonds");
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
