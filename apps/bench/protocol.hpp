#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>

#include "bench_data.hpp"

namespace plstm::bench {

/// How a data set is divided, and how often.
struct ProtocolOptions {
  std::string split;                  ///< folds, random or scaffold
  std::filesystem::path splits_file;  ///< used instead; "{}" stands for the name of the data set
  std::int32_t folds = 10;
  std::vector<std::int32_t> fold_list;       ///< only these folds, from 0; empty: all
  std::vector<double> sizes{0.8, 0.1, 0.1};  ///< of random and scaffold splits
  std::int64_t seeds = 1;
  std::uint64_t first_seed = 0;
};

/// One training: a split and a seed.
struct ProtocolRun {
  std::int32_t fold = 0;
  std::uint64_t seed = 0;
  std::size_t split = 0;  ///< index into Protocol::splits
};

struct Protocol {
  std::string name;  ///< as tables show it, e.g. "stratified 10-fold"
  std::vector<Split> splits;
  std::vector<ProtocolRun> runs;  ///< by seed, then by fold
};

/// Folds and random splits are drawn anew for each seed; a split by scaffold or from a file is one for all
/// seeds, which then only vary training. Throws ConfigError for options that do not fit, FileError for a file
/// that does not fit the data.
Protocol make_protocol(const BenchData& data, const ProtocolOptions& options);

}  // namespace plstm::bench
