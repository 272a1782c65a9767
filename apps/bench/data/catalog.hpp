#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/options.hpp"

namespace plstm::bench {

/// Where a data set lies and how it is read.
struct DatasetEntry {
  std::string name;
  DataKind kind = DataKind::kTu;
  std::filesystem::path path;  ///< TU: folder with <name>_A.txt; molecules: CSV file; empty: not there
  std::string task;            ///< classification, regression, or empty: by the labels
  bool directed = false;
  std::string smiles_column;
  std::vector<std::string> target_columns;
  std::string title;  ///< for the list
};

/// The folder that the options, or else the environment variable PLSTM_DATASETS, name; the current one if
/// neither does.
std::filesystem::path data_folder(const BenchOptions& options);

/// The data set of that name: what the manifest says of it, and what the options say over that. A path to a
/// folder or file works too. Throws FileError naming the places that were searched.
DatasetEntry find_dataset(const std::string& name, const BenchOptions& options);

/// What the manifest knows and what is found in the data folder, by kind, then by name.
std::vector<DatasetEntry> list_datasets(const BenchOptions& options);

}  // namespace plstm::bench
