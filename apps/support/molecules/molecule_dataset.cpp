#include "molecule_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/molecule_table.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/number.hpp>

#include "support/terminal/progress.hpp"

namespace plstm::mol {

void add_input_options(CLI::App& app, InputOptions& options, bool with_targets) {
  app.add_option(
         "--input-format", options.kind,
         "csv, tsv, smi or sdf, where the name of the file does not say it (default: csv for standard input)")
      ->check(CLI::IsMember({"csv", "tsv", "smi", "sdf"}));
  app.add_option(
      "--smiles-columns", options.smiles_columns,
      "column with the SMILES (default: the first). Several are the molecules of a row, such as solute and "
      "solvent");
  app.add_option("--id-column", options.id_column, "column or SD property with a name for each molecule");
  app.add_flag("--no-header-row", options.no_header_row,
               "the file has no header; columns are called 1, 2, ...");
  app.add_flag("--strict", options.strict, "stop at the first bad row instead of keeping it with its error");
  if (with_targets) {
    app.add_option("--target-columns", options.target_columns,
                   "columns (or SD properties) to learn (default: all but SMILES and id)");
  }
}

void add_thing_target_options(CLI::App& app, InputOptions& options, const std::string& verb) {
  const std::string order =
      " instead of targets of molecules: a cell is a list such as [0.1, nan, -0.2] in the order of the ";
  app.add_option("--atom-target-columns", options.atom_target_columns,
                 "columns (or SD properties) with values of atoms to " + verb + order + "atoms");
  app.add_option("--bond-target-columns", options.bond_target_columns,
                 "columns (or SD properties) with values of bonds to " + verb + order + "bonds");
}

void choose_level(InputOptions& options) {
  const std::pair<const char*, const std::vector<std::string>*> named[] = {
      {"--target-columns", &options.target_columns},
      {"--atom-target-columns", &options.atom_target_columns},
      {"--bond-target-columns", &options.bond_target_columns}};
  std::vector<std::string> flags;
  for (const auto& [flag, columns] : named) {
    if (!columns->empty()) flags.emplace_back(flag);
  }
  if (flags.size() > 1) {
    throw ConfigError(fmt::format(
        "{}: one model predicts either molecules, or atoms, or bonds; use a model for each of them",
        fmt::join(flags, " and ")));
  }
  if (!options.atom_target_columns.empty()) {
    options.level = Readout::kNode;
    options.target_columns = std::exchange(options.atom_target_columns, {});
  } else if (!options.bond_target_columns.empty()) {
    options.level = Readout::kEdge;
    options.target_columns = std::exchange(options.bond_target_columns, {});
  }
}

void add_standardize_flags(CLI::App& app, StandardizeFlags& flags) {
  const std::string steps = fmt::format("{}", fmt::join(standardize_step_names(), ", "));
  app.add_option_function<std::vector<std::string>>(
         "--standardize", [&flags](const std::vector<std::string>& names) { flags.steps = names; },
         "standardise molecules before anything sees them. Steps: " + steps +
             "; alone: cleanup, fragment, charges; none turns them off. The model keeps the steps and "
             "repeats "
             "them (default: none)")
      ->expected(0, -1)
      ->type_name("STEP");
  app.add_flag("--ignore-stereo", flags.ignore_stereo, "forget stereochemistry: the step stereo");
  app.add_flag_function(
      "--add-h,!--no-add-h", [&flags](std::int64_t count) { flags.add_hydrogens = count > 0; },
      "hydrogens are atoms of the graph, too (default: they are counted at the atoms that carry them)");
}

void StandardizeFlags::apply(FeaturizeOptions& options) const {
  if (steps.has_value()) {
    std::vector<std::string> chosen = *steps;
    std::erase(chosen, "");  // the flag alone
    if (chosen.empty()) {
      options.standardize = kUsualStandardize;
    } else if (chosen == std::vector<std::string>{"none"}) {
      options.standardize = {};
    } else {
      options.standardize = parse_standardize(chosen);
    }
  }
  options.standardize.stereo = options.standardize.stereo || ignore_stereo;
  options.hydrogens = add_hydrogens.value_or(options.hydrogens);
}

std::string note_on_standardising(const Dataset& data) {
  const auto changed =
      std::ranges::count_if(data.standardized, [](const std::string& smiles) { return !smiles.empty(); });
  return fmt::format("standardising has changed {} of {} molecules", changed,
                     data.num_rows() - data.num_bad_rows());
}

std::string columns_text(const Dataset& data, std::int32_t row) {
  std::string text;
  for (std::size_t i = 0; i < data.column_names.size(); ++i) {
    const double value = data.columns(row, static_cast<Index>(i));
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", data.column_names[i],
                        std::isnan(value) ? "missing" : format_number(value));
  }
  return text;
}

std::int32_t Dataset::num_bad_rows() const {
  return static_cast<std::int32_t>(
      std::ranges::count_if(errors, [](const std::string& e) { return !e.empty(); }));
}

MoleculeReaderOptions reader_options(const InputOptions& input, const FeaturizeOptions& featurize) {
  MoleculeReaderOptions options;
  options.kind = input.kind;
  const std::vector<std::string>& columns =
      input.smiles_columns.empty() ? featurize.molecules : input.smiles_columns;
  if (!columns.empty() && columns.size() != featurize.num_molecules()) {
    throw ConfigError(fmt::format(
        "--smiles-columns names {} columns, and a row has {} molecule{}{}", columns.size(),
        featurize.num_molecules(), featurize.num_molecules() == 1 ? "" : "s",
        featurize.molecules.empty() ? "" : fmt::format(" ({})", fmt::join(featurize.molecules, ", "))));
  }
  if (!columns.empty()) {
    options.smiles_column = columns.front();
    options.further_smiles_columns.assign(columns.begin() + 1, columns.end());
  }
  options.id_column = input.id_column;
  options.weight_column = input.weight_column;
  options.level = input.level;
  if (!input.target_columns.empty()) options.target_columns = input.target_columns;
  std::set<std::string> targets;
  for (const std::string& name : input.target_columns) {
    if (!targets.insert(name).second) {
      throw ConfigError(fmt::format("--{}target-columns names '{}' twice",
                                    input.level == Readout::kNode   ? "atom-"
                                    : input.level == Readout::kEdge ? "bond-"
                                                                    : "",
                                    name));
    }
  }
  if (input.no_header_row) options.header = false;
  options.strict = input.strict;
  options.featurize = featurize;
  return options;
}

namespace {

template <class Reads>
std::vector<PreparedGraph> prepare_for(std::vector<MoleculeRecord>& records, const Reads& model) {
  std::vector<PreparedGraph> graphs = plstm::prepare_records(records);
  parallel_for(records.size(), 4, [&](std::size_t i) {
    if (!records[i].error.empty()) return;
    try {
      model.check(graphs[i]);
    } catch (const Error& error) {
      records[i].error = error.what();
    }
  });
  return graphs;
}

}  // namespace

std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const Predictor& predictor) {
  return prepare_for(records, predictor);
}

std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const Embedder& embedder) {
  return prepare_for(records, embedder);
}

Dataset load_dataset(const DatasetOptions& options) {
  MoleculeTableOptions reading;
  reading.reading = reader_options(options.input, options.featurize);
  reading.label_kinds = options.label_kinds;
  reading.reading.split_column = options.splits_column;
  reading.labels = options.labels;
  reading.reading.bounds = options.bounds;
  reading.molecules = options.molecules;
  reading.scaffolds = options.scaffolds;
  reading.fingerprints = options.fingerprints;
  reading.keys_and_bcut = options.keys_and_bcut;
  apps::Progress progress("reading molecules", "rows");
  reading.on_rows = [&progress](std::int64_t rows, std::optional<double> share) { progress.at(rows, share); };
  MoleculeTable table = read_molecule_table(options.input.path, reading);
  const Index rows = table.num_rows();
  const Index tasks = std::ssize(table.target_names);
  Dataset data;
  data.targets = ConstMatrixMap<double>(table.targets.data(), rows, tasks);
  data.present = ConstMatrixMap<std::uint8_t>(table.present.data(), rows, tasks);
  if (!table.bounds.empty()) data.bounds = ConstMatrixMap<std::int8_t>(table.bounds.data(), rows, tasks);
  data.target_names = std::move(table.target_names);
  data.level = options.input.level;
  data.things = std::move(table.things);
  data.thing_targets = std::move(table.thing_targets);
  data.smiles = std::move(table.smiles);
  data.ids = std::move(table.ids);
  data.standardized = std::move(table.standardized);
  data.errors = std::move(table.errors);
  data.splits = std::move(table.splits);
  data.lines = std::move(table.lines);
  data.labels = std::move(table.labels);
  data.missing_words = std::move(table.missing_words);
  data.weights = std::move(table.weights);
  data.num_molecules = options.featurize.num_molecules();
  data.column_names = options.featurize.columns;
  data.columns = ConstMatrixMap<double>(table.columns.data(), rows, std::ssize(data.column_names));
  data.molecules = std::move(table.molecules);
  data.graphs = std::move(table.graphs);
  data.scaffolds = std::move(table.scaffolds);
  data.fingerprints = std::move(table.fingerprints);
  data.maccs_keys = std::move(table.maccs_keys);
  data.bcut_values = std::move(table.bcut_values);
  return data;
}

}  // namespace plstm::mol
