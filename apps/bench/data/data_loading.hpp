#pragma once

#include <string>

#include "bench_data.hpp"
#include "catalog.hpp"

namespace plstm::bench {

struct LoadOptions {
  std::string orientation = "index";
  bool atom_values = false;      ///< molecules: with them
  bool molecule_values = false;  ///< molecules: with them
  bool counts = false;           ///< molecules: those that companions read
  bool scaffolds = false;        ///< molecules: find them
  bool fingerprints = false;     ///< molecules: compute them
  bool substructures = false;    ///< count them, and compute the other values that forests read
};

/// Reads the data set, orients its graphs and prepares them, in parallel. Throws what the readers throw, and
/// ConfigError for an orientation that this kind of data does not have.
BenchData load_tu(const DatasetEntry& entry, const LoadOptions& options);
BenchData load_molecules(const DatasetEntry& entry, const LoadOptions& options);  ///< in builds with RDKit

}  // namespace plstm::bench
