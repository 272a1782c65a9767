#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <plstm/core/matrix.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/labeled_graphs.hpp>

#include "bench/models/settings.hpp"
#include "dag_benchmark.hpp"

namespace plstm::bench {

/// A benchmark as models read it.
struct PreparedDags {
  DagBenchmark benchmark;
  LabeledGraphs graphs;
  std::string digest;  ///< of graphs, features and labels
};

PreparedDags prepare(DagBenchmark benchmark);

/// The network with a companion.
inline constexpr const char* kDagCompanion = "plstm+companion";

/// The mean, ridge regression and trees, which have no settings.
bool is_dag_baseline(const std::string& model);

/// Throws ConfigError listing the names for a model that is neither a network nor a baseline.
void check_dag_model(const std::string& model);

/// What the recipe says for the network, of which one is trained, with the user's changes. Throws ConfigError as
/// with_changes() does.
RunSettings settings_of_network(const PreparedDags& data, const std::string& model, const Json& changes);

/// What a model predicts, things by columns.
struct DagOutcome {
  Matrix<double> validation, test;
  std::int64_t parameters = 0;
  double seconds = 0;  ///< that the training took, with those of before a stop
};

/// Trains on the benchmark's split; `fitting` says all but this split, and how the training goes on after a stop.
/// `on_bad_checkpoint` gets the reason why a state cannot be used; the network is then trained from the beginning. Throws
/// what fit() throws.
DagOutcome train_network(const PreparedDags& data, const std::string& model, const RunSettings& settings,
                         const FitOptions& fitting,
                         const std::function<void(const std::string&)>& on_bad_checkpoint);

/// Throws StoppedError if `stop` said true.
DagOutcome train_baseline(const PreparedDags& data, const std::string& model, std::uint64_t seed,
                          const std::function<bool()>& stop);

}  // namespace plstm::bench
