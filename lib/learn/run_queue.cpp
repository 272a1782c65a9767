#include "plstm/learn/run_queue.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {

void work_off(std::size_t count, int jobs, const std::function<void(std::size_t)>& run) {
  if (jobs < 0) throw ConfigError(fmt::format("jobs is {}, expected 0 or more", jobs));
  const auto workers = static_cast<std::size_t>(jobs == 0 ? num_threads() : jobs);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stopped{false};
  std::exception_ptr first;
  std::mutex mutex;  // of `first`
  // No exception leaves a body: it would cancel the loop, and a worker that has not begun would not be missed.
  parallel_for(std::min(workers, count), 1, [&](std::size_t) {
    for (std::size_t i = next++; i < count && !stopped; i = next++) {
      try {
        run(i);
      } catch (...) {
        stopped = true;
        const std::lock_guard lock(mutex);
        if (first == nullptr) first = std::current_exception();
      }
    }
  });
  if (first != nullptr) std::rethrow_exception(first);
}

QueueProgress::State QueueProgress::add_done() {
  const std::lock_guard lock(mutex_);
  ++done_;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const std::size_t left = total_ > done_ ? total_ - done_ : 0;
  return {done_, total_, seconds / static_cast<double>(done_) * static_cast<double>(left)};
}

}  // namespace plstm
