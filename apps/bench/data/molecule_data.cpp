#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/core/error.hpp>

#include "data_loading.hpp"
#include "support/molecules/molecule_dataset.hpp"

namespace plstm::bench {

BenchData load_molecules(const DatasetEntry& entry, const LoadOptions& options) {
  mol::DatasetOptions reading;
  reading.input.path = entry.path;
  if (!entry.smiles_column.empty()) reading.input.smiles_columns = {entry.smiles_column};
  reading.input.target_columns = entry.target_columns;
  reading.featurize = {bond_orientation(options.orientation), options.atom_values, options.molecule_values,
                       options.counts};
  reading.scaffolds = options.scaffolds;
  reading.fingerprints = options.fingerprints;
  reading.keys_and_bcut = options.substructures;
  mol::Dataset set = mol::load_dataset(reading);
  if (set.target_names.empty()) {
    throw FileError(entry.path.string() + ": no column to learn; name one with --target-columns");
  }
  BenchData data;
  data.name = entry.name;
  data.kind = DataKind::kMolecules;
  data.target_names = std::move(set.target_names);
  data.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  if (options.atom_values) data.node_value_width = static_cast<std::int32_t>(atom_value_names().size());
  if (options.molecule_values) {
    data.graph_value_width = static_cast<std::int32_t>(molecule_value_names().size());
  }
  data.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  for (std::int32_t row = 0; row < set.num_rows(); ++row) {
    if (set.good(row)) data.usable_rows.push_back(row);
  }
  if (const std::int32_t bad = set.num_bad_rows(); bad > 0) {
    const auto first = std::ranges::find_if(set.errors, [](const std::string& e) { return !e.empty(); });
    data.note = fmt::format(", {} rows left out; the first says: {}", bad, *first);
  }
  data.graphs = std::move(set.graphs);
  data.targets = set.targets.cast<float>();
  data.present = std::move(set.present);
  data.fingerprint_bits = FingerprintOptions{}.num_bits;
  data.fingerprints = std::move(set.fingerprints);
  if (options.substructures) {
    data.substructures.resize(set.maccs_keys.size());
    data.forest_values.resize(data.num_rows(), std::tuple_size_v<decltype(set.bcut_values)::value_type>);
    for (std::size_t i = 0; i < set.maccs_keys.size(); ++i) {
      for (const std::uint32_t key : set.maccs_keys[i]) data.substructures[i].push_back({key, 1});
      std::ranges::copy(set.bcut_values[i], data.forest_values.row(static_cast<Index>(i)).begin());
    }
  }
  data.scaffolds = std::move(set.scaffolds);
  data.task = choose_task(data, entry.task);
  return data;
}

}  // namespace plstm::bench
