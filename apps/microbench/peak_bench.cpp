// The machine's peaks: the library's own matrix product, and copying memory.
#include <string>
#include <vector>

#include <plstm/core/parallel.hpp>

#include "benchmarks.hpp"
#include "support/measure/peak.hpp"

namespace plstm::bench {
namespace {

void product(benchmark::State& state, Index size, int threads) {
  Products products(size, threads);
  for (auto _ : state) products.run();
  state.counters["FLOP/s"] = rate(2 * products.multiply_adds());
  state.SetLabel(std::to_string(size) + "^3 float, " + std::to_string(threads) + " products");
}

void copy(benchmark::State& state, std::size_t bytes, int threads) {
  Copy pieces(bytes, threads);
  for (auto _ : state) {
    pieces.run();
    benchmark::ClobberMemory();
  }
  state.counters["bytes/s"] = benchmark::Counter(
      pieces.bytes_moved(), benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

}  // namespace

void register_peaks(const Workload& workload) {
  const int all = num_threads();
  for (const int threads : all > 1 ? std::vector<int>{1, all} : std::vector<int>{1}) {
    const std::string suffix = "/threads:" + std::to_string(threads);
    add_benchmark("peak/product" + suffix,
                  [&workload, threads](benchmark::State& s) { product(s, workload.product_size, threads); });
    add_benchmark("peak/copy" + suffix,
                  [&workload, threads](benchmark::State& s) { copy(s, workload.copy_bytes, threads); });
  }
}

}  // namespace plstm::bench
