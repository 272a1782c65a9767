#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>

namespace plstm {

/// Calls run(i) for i in 0..count-1 in that order, `jobs` calls at a time (0: as many as threads), each of which may run
/// parallel loops of its own. The number of jobs changes no bit of what a run computes.
///
/// After an exception no further run starts. The runs that are under way finish undisturbed, and the exception (the
/// first, if there are several) is rethrown. A run that may fail without harm to the rest catches its own exceptions.
/// Throws ConfigError if `jobs` is negative.
void work_off(std::size_t count, int jobs, const std::function<void(std::size_t)>& run);

/// How far a queue has come. Thread-safe.
class QueueProgress {
 public:
  struct State {
    std::size_t done = 0, total = 0;
    double seconds_left = 0;  ///< if the others take as long as those that are done
  };

  /// Time counts from here.
  explicit QueueProgress(std::size_t total) : total_(total), start_(std::chrono::steady_clock::now()) {}

  /// Says that one more is done, and how far that is.
  State add_done();

 private:
  std::mutex mutex_;
  std::size_t done_ = 0, total_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace plstm
