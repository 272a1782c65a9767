#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/explain/explain.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>

#include "explain_pictures.hpp"
#include "mol/column_arguments.hpp"
#include "mol/commands.hpp"
#include "mol/predict_smiles.hpp"
#include "mol/tables.hpp"
#include "mol/things/thing_rows.hpp"
#include "mol/trained.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/terminal/progress.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMoleculesAtOnce = 256;

struct ExplainCommandOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  fs::path pictures;
  std::vector<std::string> smiles;
  ExplainOptions explain;
  std::string precision;  // empty: as in training
  CellOptions cells;
  int threads = 0;
};

// Writes the rows of the table, and keeps what the check of the sums says in the end.
class ExplanationTable {
 public:
  ExplanationTable(TableWriter& table, const MoleculePredictor& predictor);

  void add(const MoleculeRecord& record, const Explanation& explanation);

  std::int64_t num_rows() const { return rows_; }
  std::int64_t num_bad() const { return bad_; }
  /// A sentence for each target.
  std::vector<std::string> check();

 private:
  struct Part {
    const char* kind;
    std::string atoms, symbol;
    double value;
  };
  void write(const MoleculeRecord& record, std::size_t column, Part part);
  void write(const MoleculeRecord& record, std::vector<std::string> fields);

  TableWriter& table_;
  const std::vector<std::string>& names_;
  std::vector<bool> log_odds_;
  bool standardizes_;
  std::vector<std::vector<double>> interactions_;  // [columns][molecules] without signs
  std::vector<double> differences_;                // [columns] largest of the sums
  std::int64_t rows_ = 0, bad_ = 0;
};

ExplanationTable::ExplanationTable(TableWriter& table, const MoleculePredictor& predictor)
    : table_(table),
      names_(predictor.columns()),
      log_odds_(explains_log_odds(predictor.predictor())),
      standardizes_(predictor.featurize_options().standardize.any()),
      interactions_(names_.size()),
      differences_(names_.size()) {
  std::vector<std::string> header{"row", "smiles", "id"};
  if (standardizes_) header.emplace_back("standardized_smiles");
  for (const char* name : {"target", "unit", "part", "atoms", "symbol", "contribution", "error"})
    header.emplace_back(name);
  table_.write(std::move(header));
}

void ExplanationTable::write(const MoleculeRecord& record, std::vector<std::string> fields) {
  std::vector<std::string> all{fmt::to_string(record.row), record.smiles, record.id};
  if (standardizes_) all.push_back(record.standardized);
  std::ranges::move(fields, std::back_inserter(all));
  table_.write(std::move(all));
}

void ExplanationTable::write(const MoleculeRecord& record, std::size_t column, Part part) {
  write(record, {names_[column], log_odds_[column] ? "log-odds" : "of target", part.kind,
                 std::move(part.atoms), std::move(part.symbol), format_prediction(part.value), ""});
}

void ExplanationTable::add(const MoleculeRecord& record, const Explanation& e) {
  ++rows_;
  if (const std::string& error = record.error.empty() ? e.error : record.error; !error.empty()) {
    ++bad_;
    write(record, {"", "", "", "", "", "", error});
    return;
  }
  const std::size_t columns = names_.size();
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = e.baseline[c] + e.interaction[c];
    write(record, c, {"baseline", "", "", e.baseline[c]});
    for (std::size_t a = 0; a < e.symbols.size(); ++a) {
      sum += e.atoms[a * columns + c];
      write(record, c, {"atom", fmt::to_string(a), e.symbols[a], e.atoms[a * columns + c]});
    }
    write(record, c, {"interaction", "", "", e.interaction[c]});
    for (std::size_t f = 0; f < e.fragments.size(); ++f) {
      write(record, c,
            {"fragment", fmt::format("{}", fmt::join(e.fragments[f].atoms, " ")), e.fragments[f].smiles,
             e.of_fragments[f * columns + c]});
    }
    if (!e.fragments.empty()) {
      write(record, c, {"fragment_interaction", "", "", e.fragment_interaction[c]});
    }
    write(record, c, {"prediction", "", "", e.prediction[c]});
    interactions_[c].push_back(std::abs(e.interaction[c]));
    differences_[c] = std::max(differences_[c], std::abs(e.prediction[c] - sum));
  }
}

std::vector<std::string> ExplanationTable::check() {
  std::vector<std::string> sentences;
  for (std::size_t c = 0; c < names_.size(); ++c) {
    std::vector<double>& sizes = interactions_[c];
    if (sizes.empty()) continue;
    std::ranges::sort(sizes);
    sentences.push_back(fmt::format(
        "{}: baseline, atoms and interaction add up to the prediction (largest difference {:.1g}); "
        "the interaction is {:.2g} in the median and {:.2g} at most",
        printable(names_[c]), differences_[c], sizes[sizes.size() / 2], sizes.back()));
  }
  return sentences;
}

// Who knows the molecule of the input shall not wonder about another picture.
std::string picture_name(const MoleculeRecord& record) {
  if (record.standardized.empty()) return record.id;
  return (record.id.empty() ? fmt::format("row {}", record.row) : record.id) + " (standardised)";
}

// Several molecules of a row are drawn as one of several fragments, whose atoms are counted through as well.
Molecule picture_molecule(const MoleculeRecord& record, std::size_t width, std::vector<Molecule>& molecules,
                          std::size_t row) {
  if (width == 1) return std::move(molecules[row]);
  return parse_smiles(record.standardized.empty() ? record.smiles : record.standardized);
}

// Explains and writes one piece of the input.
void explain_chunk(std::vector<MoleculeRecord>& records, const MoleculePredictor& predictor,
                   const ExplainOptions& options, ExplanationTable& table, ExplanationPictures* pictures) {
  std::vector<Molecule> molecules;
  std::vector<double> columns;
  for (MoleculeRecord& record : records) {
    if (!record.error.empty()) continue;
    std::ranges::move(record.molecules, std::back_inserter(molecules));
    columns.insert(columns.end(), record.columns.begin(), record.columns.end());
  }
  const std::vector<Explanation> explanations = explain(predictor, molecules, options, columns);
  const std::size_t width = predictor.featurize_options().num_molecules();
  std::size_t next = 0;
  for (const MoleculeRecord& record : records) {
    const bool read = record.error.empty();
    table.add(record, read ? explanations[next] : Explanation{});
    if (read && explanations[next] && pictures != nullptr)
      pictures->add(record.row, picture_name(record), picture_molecule(record, width, molecules, next),
                    explanations[next]);
    next += read ? 1 : 0;
  }
}

// The features are made by explain().
void explain_file(const ExplainCommandOptions& options, const MoleculePredictor& predictor,
                  ExplanationTable& table, ExplanationPictures* pictures) {
  FeaturizeOptions steps_alone;
  steps_alone.standardize = predictor.featurize_options().standardize;
  steps_alone.columns = predictor.featurize_options().columns;
  steps_alone.molecules = predictor.featurize_options().molecules;
  MoleculeReaderOptions reading = reader_options(options.input, steps_alone);
  reading.target_columns = std::vector<std::string>{};
  reading.keep_molecules = true;
  MoleculeReader reader(options.input.path, reading);
  apps::Progress progress("explaining", "molecules", goes_to_file(options.output));
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kMoleculesAtOnce);
    if (records.empty()) return;
    explain_chunk(records, predictor, options.explain, table, pictures);
    progress.at(table.num_rows(), reader.share_read());
  }
}

void run(ExplainCommandOptions options) {
  sort_arguments("explain", options.input.path, options.smiles, options.models);
  std::vector<fs::path> inputs = options.models;
  inputs.push_back(options.input.path);
  check_output(options.output, inputs);
  const ThreadLimit limit(options.threads);
  const MoleculePredictor predictor = load_predictor(options.models, options.precision);
  if (predictor.level() != Readout::kGraph) {
    throw ConfigError(
        fmt::format("explain: the model predicts {}, and only predictions of molecules are explained",
                    level_word(predictor.level())));
  }
  const std::vector<double> columns =
      column_arguments("explain", options.input, predictor.featurize_options(), options.smiles);
  std::optional<ExplanationPictures> pictures;
  if (!options.pictures.empty()) pictures.emplace(options.pictures, predictor);
  ExplanationPictures* const drawn = pictures.has_value() ? &*pictures : nullptr;
  TableWriter writer(options.output, options.cells);
  ExplanationTable table(writer, predictor);
  if (options.smiles.empty()) {
    explain_file(options, predictor, table, drawn);
  } else {
    std::vector<MoleculeRecord> records =
        molecule_records_of(options.smiles, columns, predictor.featurize_options(), options.input.strict);
    explain_chunk(records, predictor, options.explain, table, drawn);
  }
  const std::size_t num_pictures = drawn != nullptr ? drawn->write() : 0;
  writer.commit();
  const bool to_file = goes_to_file(options.output);
  std::FILE* const where = to_file ? stdout : stderr;
  if (to_file) {
    fmt::print("{} molecules explained, {} bad rows, written to {}\n", table.num_rows() - table.num_bad(),
               table.num_bad(), options.output.string());
  } else if (table.num_bad() > 0) {
    fmt::print(stderr, "plstm-mol: {} of {} rows are bad, see the error column\n", table.num_bad(),
               table.num_rows());
  }
  if (drawn != nullptr) fmt::print(where, "{} pictures in {}\n", num_pictures, options.pictures.string());
  for (const std::string& sentence : table.check()) fmt::print(where, "{}\n", sentence);
  if (const auto& names = predictor.featurize_options().columns; !names.empty()) {
    fmt::print(where, "baseline and contributions are those at the given {}, which no atom changes\n",
               printable(fmt::format("{}", fmt::join(names, ", "))));
  }
  if (const std::string note = writer.note(); !note.empty()) fmt::print(stderr, "plstm-mol: {}\n", note);
}

}  // namespace

void add_explain_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("explain", "Say what atoms and fragments contribute to a prediction");
  auto options = std::make_shared<ExplainCommandOptions>();
  add_molecule_flags(*app, options->input, options->smiles, options->models, "explain");
  app->option_defaults()->group("Output");
  app->add_option("-o,--output", options->output,
                  "CSV file to write, compressed if it ends in .gz (default, and -: standard output)");
  app->add_option(
      "--svg-dir", options->pictures,
      "folder for pictures of the molecules: red atoms raise the prediction, blue ones lower it. Colours "
      "reach their ends at the size that 95 % of all contributions to the target stay below");
  app->option_defaults()->group("Explanation");
  app->add_option_function<std::string>(
         "--method",
         [options](const std::string& text) { options->explain.method = parse_explain_method(text); },
         "occlusion (exact: predicts without each atom) or gradient (faster: integrated gradients at the "
         "read-outs)")
      ->check(CLI::IsMember({"occlusion", "gradient"}))
      ->default_str("occlusion");
  app->add_option(
         "--max-atoms", options->explain.most_atoms,
         "molecules with more atoms are not explained by occlusion, whose time grows with their square")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_flag("--fragments", options->explain.fragments, "explain the fragments between BRICS bonds, too");
  add_cell_flags(*app, options->cells);
  add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "The contribution of an atom is the prediction less that of the molecule without the atom, with all "
      "other atoms as "
      "they are bound in the molecule. The baseline is the prediction without any atom; 'interaction' is "
      "what atoms do "
      "together. Baseline, atoms and interaction add up to the prediction. Atoms are counted from 0 in the "
      "order of the "
      "SMILES, or of 'standardized_smiles' where that is not empty; hydrogens belong to the atoms that carry "
      "them, and those of several molecules of a row are counted through. Probabilities are explained as "
      "log-odds. Columns beside the molecule stay as they are, also for "
      "the "
      "baseline.\n\n"
      "Example: plstm-mol explain --model-paths run -o parts.csv --svg-dir pictures --fragments "
      "\"CC(=O)Oc1ccccc1\"");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
