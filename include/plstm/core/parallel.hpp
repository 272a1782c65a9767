#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace plstm {

namespace detail {

/// Non-owning reference to `void(std::size_t begin, std::size_t end)`; keeps oneTBB out of this header.
struct RangeBody {
  const void* object;
  void (*call)(const void*, std::size_t, std::size_t);
};

void parallel_for_ranges(std::size_t count, std::size_t grain, RangeBody body);

}  // namespace detail

/// Calls body(begin, end) for disjoint ranges that cover 0..count-1, in parallel on oneTBB; ranges hold about
/// `grain` items or more. Work of at most `grain` items runs in the calling thread.
///
/// A body that writes only to places of its own items gives the same bits for every number of threads and any
/// division into ranges. A thread that waits here takes up no work from outside the loop, so a caller may keep
/// state for each outer task.
///
/// The call either visits every item and returns, or rethrows an exception of a body. After an exception, the
/// loop starts no further ranges. Loops may nest. Each loop is cancelled by exceptions of its own bodies
/// alone, never by those of a loop around it.
template <class Body>
void parallel_for_ranges(std::size_t count, std::size_t grain, const Body& body) {
  if (count == 0) return;
  if (count <= grain) {
    body(std::size_t{0}, count);
    return;
  }
  detail::parallel_for_ranges(count, grain,
                              {&body, [](const void* object, std::size_t begin, std::size_t end) {
                                 (*static_cast<const Body*>(object))(begin, end);
                               }});
}

/// Calls body(i) for i in 0..count-1 in parallel; see parallel_for_ranges.
template <class Body>
void parallel_for(std::size_t count, std::size_t grain, const Body& body) {
  parallel_for_ranges(count, grain, [&body](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i != end; ++i) body(i);
  });
}

/// The first i in 0..count-1 for which body(i) throws, or `count` if none does; calls the body in parallel, and for items
/// behind a failure perhaps not at all. The answer does not depend on the number of threads. A caller that wants the
/// exception calls body(i) again.
template <class Body>
std::size_t first_failure(std::size_t count, std::size_t grain, const Body& body) {
  std::atomic<std::size_t> first{count};
  parallel_for(count, grain, [&](std::size_t i) {
    if (i >= first.load(std::memory_order_relaxed)) return;
    try {
      body(i);
    } catch (...) {
      std::size_t known = first.load();
      while (i < known && !first.compare_exchange_weak(known, i)) {
      }
    }
  });
  return first.load();
}

/// Limits the worker threads of the whole process while it lives (oneTBB's global_control); the smallest
/// living limit holds. `threads` = 0 means all cores. Throws ConfigError if it is negative or above kMostThreads: oneTBB
/// takes memory for every thread that it may use.
class ThreadLimit {
 public:
  static constexpr int kMostThreads = 4096;

  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Worker threads a parallel loop may use now.
int num_threads();

}  // namespace plstm
