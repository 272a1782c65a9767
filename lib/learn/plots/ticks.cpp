#include "plstm/learn/plots/ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/plots/number_format.hpp>

namespace plstm {
namespace {

// The step of a decade and a place in 1, 2, 5.
double step_of(int number) {
  constexpr std::array kMantissas{1.0, 2.0, 5.0};
  const int decade = number >= 0 ? number / 3 : -((2 - number) / 3);
  const double mantissa = kMantissas[static_cast<std::size_t>(number - 3 * decade)];
  // A power with a negative exponent is rounded; its reciprocal is the closest number to what people write.
  return decade >= 0 ? mantissa * std::pow(10.0, decade) : mantissa / std::pow(10.0, -decade);
}

// Multiples of the step in the range, first and last; both as whole numbers.
struct Multiples {
  double first = 0, last = 0;
  double count() const { return last - first + 1; }
};

Multiples multiples(double low, double high, double step) {
  constexpr double kSlack = 1e-9;  // a bound that is meant to be a tick is one
  return {std::ceil(low / step - kSlack), std::floor(high / step + kSlack)};
}

NumberFormat format_of(const std::vector<double>& values, double step) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const int step_digit = static_cast<int>(std::floor(std::log10(step) + 1e-9));
  if (largest > 0 && (largest >= 1e6 || step < 9e-5)) {
    const int first_digit = static_cast<int>(std::floor(std::log10(largest) + 1e-9));
    return {std::clamp(first_digit - step_digit, 0, 15), true};
  }
  return {std::max(-step_digit, 0), false};
}

}  // namespace

Ticks nice_ticks(double low, double high, std::size_t most) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high) || most < 1) {
    throw ConfigError(
        fmt::format("nice_ticks: the range is {} to {} with {} ticks at most, expected low < high and 1", low,
                    high, most));
  }
  const double count = static_cast<double>(most);
  const double width = high / count - low / count;
  int number = 3 * static_cast<int>(std::floor(std::log10(std::max(width, 1e-290)))) - 1;
  while (multiples(low, high, step_of(number)).count() > count) ++number;
  Ticks ticks;
  ticks.step = step_of(number);
  const Multiples range = multiples(low, high, ticks.step);
  for (std::size_t i = 0; static_cast<double>(i) < range.count() && i < most; ++i) {
    // A division is closer to the number that people write than a product with a rounded step.
    const double k = range.first + static_cast<double>(i);
    ticks.values.push_back(ticks.step < 1 ? k / std::round(1 / ticks.step) : k * ticks.step);
  }
  if (ticks.step < 1e-15) {
    for (std::size_t i = 0; i < ticks.values.size(); ++i) {
      ticks.values[i] = (range.first + static_cast<double>(i)) * ticks.step;
    }
  }
  const NumberFormat format = format_of(ticks.values, ticks.step);
  for (double& value : ticks.values) {
    if (value == 0) value = 0;  // not -0
    ticks.labels.push_back(format_in(format, value));
  }
  return ticks;
}

}  // namespace plstm
