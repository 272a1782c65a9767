#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/npy.hpp>
#include <plstm/learn/embedder.hpp>

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

constexpr std::size_t kEmbeddedAtOnce = 2048;

struct FingerprintCommandOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  std::vector<std::string> smiles;
  std::int32_t member = 0;  // from 1; 0: all
  std::string precision;    // empty: as in training
  CellOptions cells;
  int threads = 0;
};

// A table or a matrix, as the name of the file says.
class EmbeddingFile {
 public:
  EmbeddingFile(const FingerprintCommandOptions& options, std::int64_t width, bool standardizes);

  void write(MoleculeRecord& record, std::span<const float> embedding);
  void commit();
  std::int64_t num_rows() const { return rows_; }
  std::int64_t num_bad() const { return bad_; }
  bool is_matrix() const { return std::holds_alternative<NpyWriter>(file_); }
  std::string note() const;

 private:
  using File = std::variant<TableWriter, NpyWriter>;
  static File open(const FingerprintCommandOptions& options, std::int64_t width);

  File file_;
  std::size_t width_;
  bool standardizes_;
  std::vector<float> none_;  // the row of a molecule that cannot be read
  std::int64_t rows_ = 0, bad_ = 0;
};

EmbeddingFile::File EmbeddingFile::open(const FingerprintCommandOptions& options, std::int64_t width) {
  if (options.output.extension() == ".npy") return File(std::in_place_type<NpyWriter>, options.output, width);
  if (options.output.extension() == ".gz" && options.output.stem().extension() == ".npy") {
    throw ConfigError("fingerprint: a .npy file is not compressed; leave .gz out, or write a .csv.gz");
  }
  return File(std::in_place_type<TableWriter>, options.output, options.cells);
}

EmbeddingFile::EmbeddingFile(const FingerprintCommandOptions& options, std::int64_t width, bool standardizes)
    : file_(open(options, width)),
      width_(static_cast<std::size_t>(width)),
      standardizes_(standardizes),
      none_(width_, std::numeric_limits<float>::quiet_NaN()) {
  if (is_matrix()) return;
  std::vector<std::string> header{"row", "smiles", "id"};
  if (standardizes_) header.emplace_back("standardized_smiles");
  for (std::size_t i = 0; i < width_; ++i) header.push_back(fmt::format("fp_{}", i));
  header.emplace_back("error");
  std::get<TableWriter>(file_).write(std::move(header));
}

void EmbeddingFile::write(MoleculeRecord& record, std::span<const float> embedding) {
  const bool good = record.error.empty();
  ++rows_;
  bad_ += good ? 0 : 1;
  if (is_matrix()) {
    std::get<NpyWriter>(file_).write(good ? embedding : std::span<const float>(none_));
    return;
  }
  std::vector<std::string> fields{fmt::to_string(record.row), std::move(record.smiles), std::move(record.id)};
  if (standardizes_) fields.push_back(std::move(record.standardized));
  for (std::size_t i = 0; i < width_; ++i) fields.push_back(good ? fmt::format("{}", embedding[i]) : "");
  fields.push_back(std::move(record.error));
  std::get<TableWriter>(file_).write(std::move(fields));
}

void EmbeddingFile::commit() {
  std::visit([](auto& file) { file.commit(); }, file_);
}

std::string EmbeddingFile::note() const {
  return is_matrix() ? "" : std::get<TableWriter>(file_).note();
}

void write_chunk(std::vector<MoleculeRecord>& records, const Embedder& embedder, EmbeddingFile& file) {
  const std::vector<PreparedGraph> graphs = prepare_records(records, embedder);
  std::vector<std::int32_t> good;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error.empty()) good.push_back(static_cast<std::int32_t>(i));
  }
  const std::vector<float> embeddings = embedder.embed(graphs, good);
  const auto width = static_cast<std::size_t>(embedder.width());
  std::size_t next = 0;
  for (MoleculeRecord& record : records) {
    const bool read = record.error.empty();
    file.write(record, read ? std::span(embeddings).subspan(next * width, width) : std::span<const float>());
    next += read ? 1 : 0;
  }
}

std::span<const TrainedModel> chosen_networks(const MoleculePredictor& loaded, std::int32_t member) {
  const std::span<const TrainedModel> all = loaded.predictor().members();
  if (member == 0) return all;
  if (std::cmp_greater(member, all.size())) {
    throw ConfigError(fmt::format("--member is {}, and there are {} networks", member, all.size()));
  }
  return all.subspan(static_cast<std::size_t>(member) - 1, 1);
}

void say_what_was_written(const FingerprintCommandOptions& options, std::size_t networks,
                          const Embedder& embedder, const EmbeddingFile& file) {
  if (file.num_rows() == 0) {
    fmt::print(stderr, "plstm-mol: {} has no molecule\n", printable(options.input.path.string()));
  }
  if (file.num_bad() > 0) {
    fmt::print(stderr, "plstm-mol: {} of {} rows are bad{}\n", file.num_bad(), file.num_rows(),
               file.is_matrix() ? "; their rows of the matrix are nan" : ", see the error column");
  }
  if (const std::string note = file.note(); !note.empty()) fmt::print(stderr, "plstm-mol: {}\n", note);
  if (!goes_to_file(options.output)) return;
  fmt::print("{} rows of {} values, of {} network{}, written to {}\n", file.num_rows(), embedder.width(),
             networks, networks == 1 ? "" : "s", options.output.string());
}

void run(FingerprintCommandOptions options) {
  sort_arguments("fingerprint", options.input.path, options.smiles, options.models);
  std::vector<fs::path> inputs = options.models;
  inputs.push_back(options.input.path);
  check_output(options.output, inputs);
  const ThreadLimit limit(options.threads);
  const MoleculePredictor loaded = load_predictor(options.models, options.precision);
  if (loaded.level() != Readout::kGraph) {
    throw ConfigError(
        fmt::format("fingerprint: the model predicts {}, and only models of molecules have embeddings",
                    level_word(loaded.level())));
  }
  const std::span<const TrainedModel> networks = chosen_networks(loaded, options.member);
  const Embedder embedder(networks);
  FeaturizeOptions featurize = loaded.featurize_options();
  featurize.counts = false;  // which only companions read
  const std::vector<double> columns =
      column_arguments("fingerprint", options.input, featurize, options.smiles);
  EmbeddingFile file(options, embedder.width(), featurize.standardize.any());
  if (options.smiles.empty()) {
    MoleculeReaderOptions reading = reader_options(options.input, featurize);
    reading.target_columns = std::vector<std::string>{};
    MoleculeReader reader(options.input.path, reading);
    apps::Progress progress("embedding", "molecules", goes_to_file(options.output));
    while (true) {
      std::vector<MoleculeRecord> records = reader.next_chunk(kEmbeddedAtOnce);
      if (records.empty()) break;
      write_chunk(records, embedder, file);
      progress.at(file.num_rows(), reader.share_read());
    }
  } else {
    std::vector<MoleculeRecord> records =
        records_of(options.smiles, columns, featurize, options.input.strict);
    write_chunk(records, embedder, file);
  }
  file.commit();
  say_what_was_written(options, networks.size(), embedder, file);
}

}  // namespace

void add_fingerprint_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "fingerprint", "Write what the networks make of molecules, as numbers for other programs");
  auto options = std::make_shared<FingerprintCommandOptions>();
  add_molecule_flags(*app, options->input, options->smiles, options->models, "embed");
  app->add_option("--member", options->member, "only this network, counted from 1 (default: all)")
      ->check(CLI::Range(1, 1000000));
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "file to write: a matrix of float32 if it ends in .npy, else CSV, compressed if it ends in "
                  ".gz (default, and -: CSV to standard output)");
  add_cell_flags(*app, options->cells);
  add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "The columns fp_0, fp_1, ... are the pooled states of the atoms, which the decoder of a network reads; "
      "those "
      "of further networks follow. Descriptors of the molecule are no part of them. In a .npy file row i is "
      "molecule i "
      "of the input, and nan if it cannot be read.\n\n"
      "Example: plstm-mol fingerprint -i new.csv --model-paths run -o embeddings.npy");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
