#pragma once

#include <plstm/core/matrix.hpp>

namespace plstm::microbench {

/// Multiply-adds per second of plstm::multiply on float matrices [size, size], one product per thread in use
/// side by side; the best of some tries, because other programs may run on the machine.
double measure_product_peak(Index size);

}  // namespace plstm::microbench
