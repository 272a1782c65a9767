#include "plstm/train/loop/adamw.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr std::size_t kChunk = 16384;

void check_options(const AdamWOptions& options) {
  for (const double beta : {options.beta1, options.beta2}) {
    if (!(beta >= 0 && beta < 1)) throw ConfigError(fmt::format("AdamW: beta is {}, expected [0, 1)", beta));
  }
  if (!(options.epsilon > 0 && std::isfinite(options.epsilon))) {
    throw ConfigError(fmt::format("AdamW: epsilon is {}, expected a positive number", options.epsilon));
  }
  if (!(options.weight_decay >= 0 && std::isfinite(options.weight_decay))) {
    throw ConfigError(fmt::format("AdamW: weight_decay is {}, expected 0 or more", options.weight_decay));
  }
}

template <class Range>
void check_ranges(const char* kind, std::span<const Range> ranges, std::size_t size) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::size_t offset = ranges[i].offset, length = ranges[i].size;
    if (offset < end || offset > size || length > size - offset) {
      throw ShapeError(
          fmt::format("AdamW: {} range {} has offset {} and size {}, expected it to start at {} or later "
                      "and to end within {}",
                      kind, i, offset, length, end, size));
    }
    end = offset + length;
  }
}

void check_rates(std::span<const RateRange> rates, std::size_t size) {
  check_ranges("rate", rates, size);
  for (const RateRange& range : rates) {
    if (!(range.factor >= 0 && std::isfinite(range.factor))) {
      throw ConfigError(fmt::format("AdamW: a rate has the factor {}, expected 0 or more", range.factor));
    }
  }
}

// Calls visit(first, last, factor) for the parts of begin..end-1 that have one rate, in order.
template <class Visit>
void for_each_rate(std::span<const RateRange> rates, std::size_t begin, std::size_t end, const Visit& visit) {
  auto range = std::upper_bound(rates.begin(), rates.end(), begin,
                                [](std::size_t at, const RateRange& r) { return at < r.offset + r.size; });
  for (; begin < end && range != rates.end() && range->offset < end; ++range) {
    const std::size_t first = std::max(begin, range->offset),
                      last = std::min(end, range->offset + range->size);
    if (begin < first) visit(begin, first, 1.0);
    visit(first, last, range->factor);
    begin = last;
  }
  if (begin < end) visit(begin, end, 1.0);
}

/// Scales the part of the ranges that lies in begin..end-1.
template <class T>
void decay(std::span<T> parameters, std::span<const DecayRange> ranges, std::size_t begin, std::size_t end,
           T factor) {
  auto range = std::upper_bound(ranges.begin(), ranges.end(), begin,
                                [](std::size_t at, const DecayRange& r) { return at < r.offset + r.size; });
  for (; range != ranges.end() && range->offset < end; ++range) {
    const std::size_t last = std::min(end, range->offset + range->size);
    for (std::size_t i = std::max(begin, range->offset); i < last; ++i) parameters[i] *= factor;
  }
}

template <class T>
struct Coefficients {
  T beta1, beta2, one_minus_beta1, one_minus_beta2;
  T rate;               // r / (1 - beta1^t)
  T second_correction;  // 1 / sqrt(1 - beta2^t)
  T epsilon;
};

template <class T>
void update(std::size_t size, T* __restrict parameters, const T* __restrict gradients, T* __restrict first,
            T* __restrict second, const Coefficients<T> c) {
  for (std::size_t i = 0; i < size; ++i) {
    const T g = gradients[i];
    first[i] = c.beta1 * first[i] + c.one_minus_beta1 * g;
    second[i] = c.beta2 * second[i] + c.one_minus_beta2 * (g * g);
    parameters[i] -= c.rate * first[i] / (std::sqrt(second[i]) * c.second_correction + c.epsilon);
  }
}

}  // namespace

template <class T>
AdamW<T>::AdamW(std::size_t size, const AdamWOptions& options)
    : state_{std::vector<T>(size), std::vector<T>(size), 0}, options_(options) {
  check_options(options_);
}

template <class T>
AdamW<T>::AdamW(AdamWState<T> state, const AdamWOptions& options)
    : state_(std::move(state)), options_(options) {
  check_options(options_);
  check_size("AdamW", "state.second_moment", std::ssize(state_.second_moment),
             std::ssize(state_.first_moment));
  if (state_.num_steps < 0) {
    throw ConfigError(fmt::format("AdamW: state.num_steps is {}, expected 0 or more", state_.num_steps));
  }
}

template <class T>
void AdamW<T>::step(std::span<T> parameters, std::span<const T> gradients,
                    std::span<const DecayRange> decay_ranges, double learning_rate,
                    std::span<const RateRange> rates) {
  const std::size_t size = state_.first_moment.size();
  check_size("AdamW::step", "parameters", std::ssize(parameters), static_cast<std::int64_t>(size));
  check_size("AdamW::step", "gradients", std::ssize(gradients), static_cast<std::int64_t>(size));
  check_ranges("decay", decay_ranges, size);
  check_rates(rates, size);
  if (!(learning_rate >= 0 && std::isfinite(learning_rate))) {
    throw ConfigError(fmt::format("AdamW::step: learning_rate is {}, expected 0 or more", learning_rate));
  }
  ++state_.num_steps;
  const auto t = static_cast<double>(state_.num_steps);
  const Coefficients<T> coefficients{
      .beta1 = static_cast<T>(options_.beta1),
      .beta2 = static_cast<T>(options_.beta2),
      .one_minus_beta1 = static_cast<T>(1 - options_.beta1),
      .one_minus_beta2 = static_cast<T>(1 - options_.beta2),
      .rate = static_cast<T>(learning_rate / (1 - std::pow(options_.beta1, t))),
      .second_correction = static_cast<T>(1 / std::sqrt(1 - std::pow(options_.beta2, t))),
      .epsilon = static_cast<T>(options_.epsilon)};
  parallel_for((size + kChunk - 1) / kChunk, 1, [&](std::size_t chunk) {
    const std::size_t begin = chunk * kChunk;
    const std::size_t end = std::min(size, begin + kChunk);
    for_each_rate(rates, begin, end, [&](std::size_t first, std::size_t last, double factor) {
      if (factor == 0) return;
      Coefficients<T> own = coefficients;
      if (factor != 1) own.rate *= static_cast<T>(factor);
      decay(parameters, decay_ranges, first, last,
            static_cast<T>(1 - learning_rate * factor * options_.weight_decay));
      update(last - first, parameters.data() + first, gradients.data() + first,
             state_.first_moment.data() + first, state_.second_moment.data() + first, own);
    });
  });
}

template class AdamW<float>;
template class AdamW<double>;

}  // namespace plstm
