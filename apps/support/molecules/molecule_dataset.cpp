#include "molecule_dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/molecule_table.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "support/terminal/progress.hpp"

namespace plstm::mol {

void add_input_options(CLI::App& app, InputOptions& options, bool with_targets) {
  app.add_option(
         "--input-format", options.kind,
         "csv, tsv, smi or sdf, where the name of the file does not say it (default: csv for standard input)")
      ->check(CLI::IsMember({"csv", "tsv", "smi", "sdf"}));
  app.add_option("--smiles-columns", options.smiles_column, "column with the SMILES (default: the first)");
  app.add_option("--id-column", options.id_column, "column or SD property with a name for each molecule");
  app.add_flag("--no-header-row", options.no_header_row,
               "the file has no header; columns are called 1, 2, ...");
  app.add_flag("--strict", options.strict, "stop at the first bad row instead of keeping it with its error");
  if (with_targets) {
    app.add_option("--target-columns", options.target_columns,
                   "columns (or SD properties) to learn (default: all but SMILES and id)");
  }
}

std::int32_t Dataset::num_bad_rows() const {
  return static_cast<std::int32_t>(
      std::ranges::count_if(errors, [](const std::string& e) { return !e.empty(); }));
}

MoleculeReaderOptions reader_options(const InputOptions& input, const FeaturizeOptions& featurize) {
  MoleculeReaderOptions options;
  options.kind = input.kind;
  options.smiles_column = input.smiles_column;
  options.id_column = input.id_column;
  if (!input.target_columns.empty()) options.target_columns = input.target_columns;
  std::set<std::string> targets;
  for (const std::string& name : input.target_columns) {
    if (!targets.insert(name).second)
      throw ConfigError(fmt::format("--target-columns names '{}' twice", name));
  }
  if (input.no_header_row) options.header = false;
  options.strict = input.strict;
  options.featurize = featurize;
  return options;
}

std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const Predictor& predictor) {
  std::vector<PreparedGraph> graphs = plstm::prepare_records(records);
  parallel_for(records.size(), 4, [&](std::size_t i) {
    if (!records[i].error.empty()) return;
    try {
      predictor.check(graphs[i]);
    } catch (const Error& error) {
      records[i].error = error.what();
    }
  });
  return graphs;
}

Dataset load_dataset(const DatasetOptions& options) {
  MoleculeTableOptions reading;
  reading.reading = reader_options(options.input, options.featurize);
  reading.label_kind = options.label_kind;
  reading.labels = options.labels;
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
  data.target_names = std::move(table.target_names);
  data.smiles = std::move(table.smiles);
  data.ids = std::move(table.ids);
  data.errors = std::move(table.errors);
  data.lines = std::move(table.lines);
  data.labels = std::move(table.labels);
  data.molecules = std::move(table.molecules);
  data.graphs = std::move(table.graphs);
  data.scaffolds = std::move(table.scaffolds);
  data.fingerprints = std::move(table.fingerprints);
  data.maccs_keys = std::move(table.maccs_keys);
  data.bcut_values = std::move(table.bcut_values);
  return data;
}

}  // namespace plstm::mol
