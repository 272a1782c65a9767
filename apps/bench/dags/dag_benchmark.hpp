#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/data/split.hpp>
#include <plstm/learn/dags/record_labels.hpp>

namespace plstm::bench {

/// A benchmark of DAGs in memory: graphs with labels, and who learns from which.
struct DagBenchmark {
  std::string name;      ///< of the data set, with what varies of it, such as "nas201-200"
  std::string protocol;  ///< as tables show it
  std::vector<GraphRecord> records;
  RecordLabels labels;
  Split split;                       ///< of the graphs
  std::vector<std::string> ignored;  ///< attributes that are no features
  bool ranks = false;                ///< Kendall's tau is what publications report
  bool counts = false;  ///< labels are whole numbers, so that the share of right ones is reported
};

/// What the command line says of the data.
struct DagDataOptions {
  std::filesystem::path data_dir;
  std::int32_t labels = 200;            ///< nas201: architectures with a label in training and validation
  std::string target = "cifar10_test";  ///< nas201: column
  std::int64_t patterns = 15360;        ///< circuits: random patterns that labels are counted from
  std::int32_t parts = 40;              ///< circuits: sub-circuits of each training circuit
  std::int64_t most_gates = 3000;       ///< circuits: of a sub-circuit
  std::int32_t formulas = 2000;         ///< formulas and paths: graphs that are learnt
};

/// Names of the benchmarks with a line on each.
struct DagBenchmarkInfo {
  std::string_view name, description;
};
std::span<const DagBenchmarkInfo> dag_benchmarks();

/// Throws ConfigError listing the names.
void check_dag_benchmark(const std::string& name);

/// The benchmark of that name, drawn with the seed. Throws ConfigError listing the names, and FileError for data that is
/// not there.
DagBenchmark load_dag_benchmark(const std::string& name, const DagDataOptions& options, std::uint64_t seed);

/// The labels of one attribute.
RecordLabels read_one_target(std::span<const GraphRecord> records, const std::string& name,
                             TaskType type = TaskType::kRegression);

// One each, in a file of its own.

/// Signal probabilities of the gates of the EPFL circuits: learnt from sub-circuits of six circuits, tested on four whole
/// ones. Labels are shares of random patterns.
DagBenchmark load_circuits(const DagDataOptions& options, std::uint64_t seed);

/// Accuracies of the cells of NAS-Bench-201: learnt from a few, tested on all others.
DagBenchmark load_nas201(const DagDataOptions& options, std::uint64_t seed);

/// Run times of the tasks of WfInstances, as log10(1 + seconds): applications that were not seen are tested.
DagBenchmark load_workflows(const DagDataOptions& options, std::uint64_t seed);

/// The longest path into each node of random graphs, made by the seed: learnt from graphs of 10 to 30 nodes, tested on
/// those of 160 to 480.
DagBenchmark make_paths(const DagDataOptions& options, std::uint64_t seed);

/// List operations of random formulas (minimum, maximum, sum modulo 10, with common subformulas), made by the seed: learnt
/// from formulas of up to 30 operations, tested on those of 60 to 120.
DagBenchmark make_formulas(const DagDataOptions& options, std::uint64_t seed);

}  // namespace plstm::bench
