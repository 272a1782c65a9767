#include "dag_benchmark.hpp"

#include <array>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

constexpr std::array<DagBenchmarkInfo, 5> kBenchmarks{{
    {"circuits", "signal probability of gates of EPFL circuits, tested on whole circuits"},
    {"nas201", "accuracy of the cells of NAS-Bench-201, learnt from --labels of them"},
    {"workflows", "run time of the tasks of WfInstances, tested on other applications"},
    {"paths", "longest path into each node of random graphs, tested on graphs that are 16 times as large"},
    {"formulas", "value of list operations with common subformulas, tested on longer ones"},
}};

}  // namespace

std::span<const DagBenchmarkInfo> dag_benchmarks() {
  return kBenchmarks;
}

void check_dag_benchmark(const std::string& name) {
  std::string names;
  for (const DagBenchmarkInfo& each : kBenchmarks) {
    if (each.name == name) return;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
  }
  throw ConfigError(fmt::format("unknown benchmark '{}', expected one of {}", name, names));
}

DagBenchmark load_dag_benchmark(const std::string& name, const DagDataOptions& options, std::uint64_t seed) {
  check_dag_benchmark(name);
  if (name == "circuits") return load_circuits(options, seed);
  if (name == "nas201") return load_nas201(options, seed);
  if (name == "workflows") return load_workflows(options, seed);
  if (name == "paths") return make_paths(options, seed);
  return make_formulas(options, seed);
}

RecordLabels read_one_target(std::span<const GraphRecord> records, const std::string& name, TaskType type) {
  TargetChoice choice;
  choice.names.push_back(name);
  choice.types.push_back(type);
  return read_record_labels(records, choice);
}

}  // namespace plstm::bench
