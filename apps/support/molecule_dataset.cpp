#include "molecule_dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/bcut.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/scaffold.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm::mol {
namespace {

constexpr std::size_t kChunkSize = 4096;

void append(Dataset& data, std::vector<MoleculeRecord> records, const DatasetOptions& options) {
  std::vector<PreparedGraph> graphs = prepare_records(records, nullptr);
  const std::size_t begin = data.graphs.size();
  if (options.scaffolds) data.scaffolds.resize(begin + records.size());
  if (options.fingerprints) data.fingerprints.resize(begin + records.size());
  if (options.keys_and_bcut) {
    data.maccs_keys.resize(begin + records.size());
    data.bcut_values.resize(begin + records.size());
  }
  parallel_for(records.size(), 1, [&](std::size_t i) {
    if (!records[i].molecule.has_value()) return;
    if (options.scaffolds) data.scaffolds[begin + i] = bemis_murcko_scaffold(*records[i].molecule);
    if (options.fingerprints) data.fingerprints[begin + i] = morgan_fingerprint(*records[i].molecule);
    if (options.keys_and_bcut) {
      data.maccs_keys[begin + i] = maccs_keys(*records[i].molecule);
      data.bcut_values[begin + i] = bcut_values(*records[i].molecule);
    }
  });
  const auto tasks = static_cast<Index>(data.target_names.size());
  const auto first = static_cast<Index>(begin);
  const auto count = static_cast<Index>(records.size());
  data.targets.conservativeResize(first + count, tasks);
  data.present.conservativeResize(first + count, tasks);
  for (Index i = 0; i < count; ++i) {
    MoleculeRecord& record = records[static_cast<std::size_t>(i)];
    const bool good = record.error.empty();
    for (Index task = 0; task < tasks; ++task) {
      data.targets(first + i, task) = good ? record.targets[static_cast<std::size_t>(task)] : 0.0f;
      data.present(first + i, task) = good ? record.present[static_cast<std::size_t>(task)] : std::uint8_t{0};
    }
    data.smiles.push_back(std::move(record.smiles));
    data.ids.push_back(std::move(record.id));
    data.errors.push_back(std::move(record.error));
    data.graphs.push_back(std::move(graphs[static_cast<std::size_t>(i)]));
  }
}

}  // namespace

void add_input_options(CLI::App& app, InputOptions& options, bool with_targets) {
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
  options.smiles_column = input.smiles_column;
  options.id_column = input.id_column;
  if (!input.target_columns.empty()) options.target_columns = input.target_columns;
  if (input.no_header_row) options.header = false;
  options.strict = input.strict;
  options.featurize = featurize;
  return options;
}

std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const GraphModel* model) {
  std::vector<PreparedGraph> graphs(records.size());
  parallel_for(records.size(), 4, [&](std::size_t i) {
    if (!records[i].error.empty()) return;
    graphs[i] = prepare_graph(std::move(records[i].graph));
    if (model == nullptr) return;
    try {
      check_graph(*model, graphs[i]);
    } catch (const Error& error) {
      records[i].error = error.what();
    }
  });
  return graphs;
}

Dataset load_dataset(const DatasetOptions& options) {
  MoleculeReaderOptions reading = reader_options(options.input, options.featurize);
  reading.keep_molecules = options.scaffolds || options.fingerprints || options.keys_and_bcut;
  MoleculeReader reader(options.input.path, reading);
  Dataset data;
  data.target_names = reader.target_names();
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kChunkSize);
    if (records.empty()) break;
    append(data, std::move(records), options);
  }
  if (data.num_bad_rows() == data.num_rows()) {
    throw FileError(fmt::format("{}: none of its {} rows is usable{}{}", options.input.path.string(),
                                data.num_rows(), data.num_rows() > 0 ? "; the first says: " : "",
                                data.num_rows() > 0 ? data.errors.front() : ""));
  }
  return data;
}

}  // namespace plstm::mol
