#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>

#include "bench/data/bench_data.hpp"
#include "bench/models/settings.hpp"
#include "support/resume.hpp"

namespace plstm::bench {

/// How the command line wants data sets to be divided.
struct SplitFlags {
  std::string split;                  ///< folds, random or scaffold
  std::filesystem::path splits_file;  ///< used instead; "{}" stands for the name of the data set
  std::int32_t folds = 10;
  std::vector<std::int32_t> fold_list;       ///< only these folds, from 0; empty: all
  std::vector<double> sizes{0.8, 0.1, 0.1};  ///< of random and scaffold splits
  std::int64_t seeds = 1;
  std::uint64_t first_seed = 0;
};

/// What the command line says.
struct BenchOptions {
  DataKind kind = DataKind::kTu;
  std::vector<std::string> datasets;  ///< names below data_dir, or paths
  std::vector<std::string> models;    ///< empty: default_models()
  std::filesystem::path data_dir;     ///< empty: the environment variable PLSTM_DATASETS, else "."
  std::filesystem::path
      manifest;  ///< empty: manifest.json in the data folder or in "datasets", if there is one
  std::filesystem::path output_dir = "plstm-bench-results";
  std::string task;                         ///< empty: by the labels
  std::string smiles_column;                ///< molecules; empty: the first
  std::vector<std::string> target_columns;  ///< molecules; empty: all others
  bool directed = false;                    ///< TU: edges are those of a DAG, as they are
  SplitFlags protocol;
  std::string preset = "default";
  Json changes = Json::object();  ///< of the preset's settings
  int jobs = 0;                   ///< runs side by side; 0: as many as threads
  int threads = 0;                ///< 0: all cores
  apps::ResumeOptions resume;     ///< resume itself is not read: every start goes on
  bool save_predictions = false;
  bool verbose = false;
  Ranks ranks = {};  ///< each does some of the runs
};

}  // namespace plstm::bench
