#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/molecule.hpp>
#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/csv.hpp>
#include <plstm/data/number.hpp>

#include "commands.hpp"
#include "predict_smiles.hpp"
#include "run_folder.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

constexpr std::size_t kRowsAtOnce = 2048;

struct PredictOptions {
  InputOptions input;
  std::vector<std::filesystem::path> models;
  std::filesystem::path output;
  std::vector<std::string> smiles;
  std::string precision;  // empty: as in training
  int threads = 0;
};

struct Counts {
  std::int64_t rows = 0;
  std::int64_t bad = 0;
};

// Predicts and writes one piece of the input.
void write_chunk(std::ostream& out, const MoleculePredictor& loaded, std::vector<MoleculeRecord>& records,
                 Counts& counts) {
  const std::vector<PreparedGraph> graphs = prepare_records(records, loaded.predictor());
  std::vector<std::int32_t> good;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error.empty()) good.push_back(static_cast<std::int32_t>(i));
  }
  const Matrix<double> predictions = predict(loaded.predictor(), graphs, good);
  Index next = 0;
  std::vector<std::string> fields;
  for (const MoleculeRecord& record : records) {
    fields = {fmt::to_string(record.row), record.smiles, record.id};
    const bool predicted = record.error.empty();
    for (Index c = 0; c < predictions.cols(); ++c) {
      fields.push_back(predicted ? format_prediction(predictions(next, c)) : "");
    }
    next += predicted ? 1 : 0;
    fields.push_back(record.error);
    write_csv_row(out, fields);
  }
  counts.rows += static_cast<std::int64_t>(records.size());
  counts.bad += static_cast<std::int64_t>(records.size() - good.size());
}

void write_header(std::ostream& out, const MoleculePredictor& loaded) {
  std::vector<std::string> header{"row", "smiles", "id"};
  const std::vector<std::string>& names = loaded.columns();
  header.insert(header.end(), names.begin(), names.end());
  header.emplace_back("error");
  write_csv_row(out, header);
}

Counts predict_file(const PredictOptions& options, const MoleculePredictor& loaded, std::ostream& out) {
  MoleculeReaderOptions reading = reader_options(options.input, loaded.featurize_options());
  reading.target_columns = std::vector<std::string>{};
  MoleculeReader reader(options.input.path, reading);
  write_header(out, loaded);
  Counts counts;
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kRowsAtOnce);
    if (records.empty()) return counts;
    write_chunk(out, loaded, records, counts);
    if (!out) throw FileError("the predictions cannot be written; is the disk full?");
  }
}

void run(const PredictOptions& options) {
  if (options.input.path.empty() == options.smiles.empty()) {
    throw ConfigError("predict: give either a file with --data-path or SMILES as arguments");
  }
  const ThreadLimit limit(options.threads);
  const MoleculePredictor loaded = load_predictor(options.models, options.precision);
  std::optional<AtomicFile> file;
  if (!options.output.empty()) file.emplace(options.output);
  std::ostream& out = file.has_value() ? file->stream() : std::cout;
  Counts counts;
  if (options.smiles.empty()) {
    counts = predict_file(options, loaded, out);
  } else {
    std::vector<MoleculeRecord> records =
        records_of(options.smiles, loaded.featurize_options(), options.input.strict);
    write_header(out, loaded);
    write_chunk(out, loaded, records, counts);
  }
  out.flush();
  if (file.has_value()) {
    file->commit();
    fmt::print("{} rows predicted, {} bad rows, written to {}\n", counts.rows - counts.bad, counts.bad,
               options.output.string());
  } else if (counts.bad > 0) {
    fmt::print(stderr, "plstm-mol: {} of {} rows are bad, see the error column\n", counts.bad, counts.rows);
  }
}

}  // namespace

void add_predict_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("predict", "Predict properties with a trained model");
  auto options = std::make_shared<PredictOptions>();
  app->add_option("-i,--data-path,--test-path", options->input.path, "CSV, TSV, SMI or SD file");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write (default: standard output)");
  app->add_option("--model-paths,--model-path", options->models,
                  "model files or run folders, separated by commas; several are averaged")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  add_input_options(*app, options->input, false);
  app->add_option("--precision", options->precision,
                  "precision of products: float or bfloat16 (default: as in training)")
      ->check(CLI::IsMember({"float", "bfloat16"}));
  app->add_option("--threads", options->threads, "number of threads (0: all cores)")->capture_default_str();
  app->add_option("smiles", options->smiles, "SMILES to predict instead of a file");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
