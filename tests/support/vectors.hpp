#pragma once

#include <cstddef>
#include <vector>

#include <plstm/core/random.hpp>

namespace plstm::test {

template <class T>
std::vector<T> random_normal(std::size_t size, Random& random, double scale = 1.0) {
  std::vector<T> values(size);
  for (T& value : values) value = static_cast<T>(scale * random.normal());
  return values;
}

}  // namespace plstm::test
