#include "support/measure/peak.hpp"

#include <cstring>

#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>

namespace plstm::bench {

Products::Products(Index size, int tasks)
    : a_(Matrix<float>::Constant(size, size, 0.5f)),
      results_(static_cast<std::size_t>(tasks), Matrix<float>::Zero(size, size)) {}

void Products::run() {
  const Index size = a_.rows();
  parallel_for(results_.size(), 1, [&](std::size_t i) {
    const MatrixView<const float> factor{a_.data(), size, size, size};
    multiply<float>(factor, Transpose::kNo, factor, Transpose::kNo, {results_[i].data(), size, size, size},
                    Store::kReplace);
  });
}

double Products::multiply_adds() const {
  const auto size = static_cast<double>(a_.rows());
  return static_cast<double>(results_.size()) * size * size * size;
}

Copy::Copy(std::size_t bytes, int tasks)
    : pieces_(static_cast<std::size_t>(tasks)),
      piece_(bytes / pieces_),
      from_(new char[pieces_ * piece_]),
      to_(new char[pieces_ * piece_]) {
  std::memset(from_.get(), 1, pieces_ * piece_);
  std::memset(to_.get(), 2, pieces_ * piece_);
}

void Copy::run() {
  parallel_for(pieces_, 1,
               [&](std::size_t i) { std::memcpy(to_.get() + i * piece_, from_.get() + i * piece_, piece_); });
}

double Copy::bytes_moved() const {
  return 2 * static_cast<double>(pieces_ * piece_);
}

double measure_product_peak(Index size, Repeats repeats) {
  Products products(size, num_threads());
  return products.multiply_adds() / best_seconds(repeats, [&] { products.run(); });
}

double measure_copy_peak(std::size_t bytes, Repeats repeats) {
  Copy copy(bytes, num_threads());
  return copy.bytes_moved() / best_seconds(repeats, [&] { copy.run(); });
}

}  // namespace plstm::bench
