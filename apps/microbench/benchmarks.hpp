#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "workload.hpp"

namespace plstm::bench {

// Each function has its own file. The workload must outlive the benchmarks.
void register_peaks(const Workload& workload);
void register_products(const Workload& workload);
void register_graph_building(const Workload& workload);
void register_operator(const Workload& workload);
void register_cells(const Workload& workload);
void register_sequences(const Workload& workload);
void register_grids(const Workload& workload);
void register_model(const Workload& workload);
void register_smiles(const Workload& workload);  ///< with RDKit only

/// All benchmarks measure wall time, as they use several threads. The column "CPU" is the sum over the
/// threads.
template <class F>
void add_benchmark(const std::string& name, F&& run) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(run))
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

/// Counter of work per second, where every iteration does the same amount of work.
inline benchmark::Counter rate(double per_iteration) {
  return {per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// Runs the measured loop and returns seconds per iteration.
template <class Body>
double time_iterations(benchmark::State& state, const Body& body) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  for (auto _ : state) body();
  return std::chrono::duration<double>(Clock::now() - start).count() /
         static_cast<double>(state.iterations());
}

/// Counters of the multiply-adds per second, and of their share of the machine's peak.
inline void count_multiply_adds(benchmark::State& state, const Workload& workload, double per_iteration,
                                double seconds) {
  state.counters["madd/s"] = rate(per_iteration);
  state.counters["of_peak"] = per_iteration / seconds / workload.product_peak;
}

}  // namespace plstm::bench
