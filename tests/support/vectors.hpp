#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/random.hpp>

namespace plstm::test {

template <class T>
std::vector<T> random_normal(std::size_t size, Random& random, double scale = 1.0) {
  std::vector<T> values(size);
  for (T& value : values) value = static_cast<T>(scale * random.normal());
  return values;
}

/// Entries differ by `tolerance` at most, relative to the largest entry expected (or 1).
inline void expect_tensor_close(const char* name, const std::vector<double>& actual,
                                const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size()) << name;
  double scale = 1;
  for (const double x : expected) scale = std::max(scale, std::abs(x));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_LE(std::abs(actual[i] - expected[i]), tolerance * scale)
        << name << "[" << i << "] " << actual[i] << " expected " << expected[i];
  }
}

}  // namespace plstm::test
