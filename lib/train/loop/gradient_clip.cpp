#include "plstm/train/loop/gradient_clip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

constexpr std::size_t kChunk = 16384;
constexpr std::size_t kMostChunks = 256;
constexpr std::size_t kLanes = 8;

/// Sum of squares; lane i sums the entries i, i + 8, ..., so that the loop vectorises in a fixed order.
template <class T>
double sum_of_squares(std::span<const T> values) {
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto value = static_cast<double>(values[i + lane]);
      lanes[lane] += value * value;
    }
  }
  for (std::size_t lane = 0; i < values.size(); ++i, ++lane) {
    const auto value = static_cast<double>(values[i]);
    lanes[lane] += value * value;
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

// Calls body(i, begin, size) for at most kMostChunks chunks of whole lanes.
template <class Body>
void for_each_chunk(std::size_t size, const Body& body) {
  const std::size_t least = (size + kMostChunks - 1) / kMostChunks;
  const std::size_t length = std::max(kChunk, (least + kLanes - 1) / kLanes * kLanes);
  parallel_for((size + length - 1) / length, 1, [&](std::size_t chunk) {
    body(chunk, chunk * length, std::min(length, size - chunk * length));
  });
}

}  // namespace

template <class T>
double gradient_norm(std::span<const T> gradient) {
  std::array<double, kMostChunks> sums{};
  for_each_chunk(gradient.size(), [&](std::size_t chunk, std::size_t begin, std::size_t size) {
    sums[chunk] = sum_of_squares(gradient.subspan(begin, size));
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum);
}

template <class T>
double clip_gradient_norm(std::span<T> gradient, double max_norm) {
  if (!(max_norm > 0)) {
    throw ConfigError(fmt::format("clip_gradient_norm: max_norm is {}, expected more than 0", max_norm));
  }
  const double norm = gradient_norm(std::span<const T>(gradient));
  if (!std::isfinite(norm) || norm <= max_norm) return norm;
  const T factor = static_cast<T>(max_norm / norm);
  for_each_chunk(gradient.size(), [&](std::size_t, std::size_t begin, std::size_t size) {
    for (T& value : gradient.subspan(begin, size)) value *= factor;
  });
  return norm;
}

template double gradient_norm<float>(std::span<const float>);
template double gradient_norm<double>(std::span<const double>);
template double clip_gradient_norm<float>(std::span<float>, double);
template double clip_gradient_norm<double>(std::span<double>, double);

}  // namespace plstm
