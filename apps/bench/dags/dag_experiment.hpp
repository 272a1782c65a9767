#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>

#include "bench/models/settings.hpp"
#include "dag_benchmark.hpp"
#include "support/resume.hpp"

namespace CLI {
class App;
}

namespace plstm::bench {

/// What the command line says of `plstm-bench dag`.
struct DagBenchOptions {
  std::vector<std::string> datasets;
  std::vector<std::string> models{"plstm", "mean", "ridge"};
  DagDataOptions data;
  std::filesystem::path output_dir = "plstm-bench-results";
  std::int64_t seeds = 1;
  std::uint64_t first_seed = 0;
  Json changes = Json::object();  ///< of the recommended settings
  int threads = 0;
  apps::ResumeOptions resume;  ///< resume itself is not read: every start goes on
  bool verbose = false;
  Ranks ranks = {};  ///< each does some of the runs
};

void add_dag_flags(CLI::App& app, DagBenchOptions& options);

/// Trains every model on every benchmark with every seed, one after the other, and keeps a record of each run in the
/// output folder; a run that is recorded is not repeated. A network that was stopped goes on from its checkpoint. Prints
/// the tables of all records. Throws ConfigError, FileError, TrainingError, and Stopped after a signal.
void run_dag_experiment(const DagBenchOptions& options);

}  // namespace plstm::bench
