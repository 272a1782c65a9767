// What the machine can do: the library's own matrix product, and copying memory.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>

#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>

#include "benchmarks.hpp"
#include "peak.hpp"

namespace plstm::microbench {
namespace {

// One product per task.
class Products {
 public:
  Products(Index size, int tasks)
      : a_(Matrix<float>::Constant(size, size, 0.5f)),
        results_(static_cast<std::size_t>(tasks), Matrix<float>::Zero(size, size)) {}

  void run() {
    const Index size = a_.rows();
    parallel_for(results_.size(), 1, [&](std::size_t i) {
      const MatrixView<const float> factor{a_.data(), size, size, size};
      multiply<float>(factor, Transpose::kNo, factor, Transpose::kNo, {results_[i].data(), size, size, size},
                      Store::kReplace);
    });
  }

  double multiply_adds() const {
    const auto size = static_cast<double>(a_.rows());
    return static_cast<double>(results_.size()) * size * size * size;
  }

 private:
  Matrix<float> a_;
  std::vector<Matrix<float>> results_;
};

void product(benchmark::State& state, Index size, int threads) {
  Products products(size, threads);
  for (auto _ : state) products.run();
  state.counters["FLOP/s"] = rate(2 * products.multiply_adds());
  state.SetLabel(std::to_string(size) + "^3 float, " + std::to_string(threads) + " products");
}

void copy(benchmark::State& state, std::size_t bytes, int threads) {
  const auto pieces = static_cast<std::size_t>(threads);
  const std::size_t piece = bytes / pieces;
  const std::unique_ptr<char[]> from(new char[bytes]), to(new char[bytes]);
  std::memset(from.get(), 1, bytes);
  std::memset(to.get(), 2, bytes);
  for (auto _ : state) {
    parallel_for(pieces, 1,
                 [&](std::size_t i) { std::memcpy(to.get() + i * piece, from.get() + i * piece, piece); });
    benchmark::DoNotOptimize(to.get());
    benchmark::ClobberMemory();
  }
  // Every byte is read and written.
  state.counters["bytes/s"] =
      benchmark::Counter(2 * static_cast<double>(piece * pieces),
                         benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

}  // namespace

double measure_product_peak(Index size) {
  using Clock = std::chrono::steady_clock;
  Products products(size, num_threads());
  double best = 0;
  for (int i = 0; i < 8; ++i) {
    const Clock::time_point start = Clock::now();
    products.run();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, products.multiply_adds() / seconds);
  }
  return best;
}

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

}  // namespace plstm::microbench
