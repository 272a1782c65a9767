#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <plstm/core/matrix.hpp>

#include "support/measure/clock.hpp"

namespace plstm::bench {

/// plstm::multiply on float matrices [size, size], one product per task.
class Products {
 public:
  Products(Index size, int tasks);
  void run();
  double multiply_adds() const;  ///< of one run

 private:
  Matrix<float> a_;
  std::vector<Matrix<float>> results_;
};

/// Copying of memory, one piece per task.
class Copy {
 public:
  Copy(std::size_t bytes, int tasks);
  void run();
  double bytes_moved() const;  ///< by one run: every byte is read and written

 private:
  std::size_t pieces_, piece_;
  std::unique_ptr<char[]> from_, to_;
};

/// Multiply-adds per second of Products with a task per thread in use; the best of
/// the tries, because other programs may run on the machine.
double measure_product_peak(Index size, Repeats repeats = {8, 0});

/// Bytes moved per second by Copy with a task per thread in use; the best of the tries. `bytes` should be
/// more than the caches hold.
double measure_copy_peak(std::size_t bytes, Repeats repeats = {8, 0});

}  // namespace plstm::bench
