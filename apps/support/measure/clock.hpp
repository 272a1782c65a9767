#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace plstm::bench {

/// Seconds on the wall that one call of `body` takes.
template <class Body>
double seconds_of(const Body& body) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  body();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// How often something is measured: at least `times`, and until `seconds` are over.
struct Repeats {
  int times = 1;
  double seconds = 0;
};

/// Seconds of the fastest call: what else the machine does can only add to it.
template <class Body>
double best_seconds(Repeats repeats, const Body& body) {
  double best = std::numeric_limits<double>::infinity();
  double total = 0;
  for (int i = 0; i < repeats.times || total < repeats.seconds; ++i) {
    const double seconds = seconds_of(body);
    best = std::min(best, seconds);
    total += seconds;
  }
  return best;
}

}  // namespace plstm::bench
