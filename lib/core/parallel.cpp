#include "plstm/core/parallel.hpp"

#include <algorithm>
#include <string>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <plstm/core/error.hpp>

#if defined(PLSTM_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#endif

namespace plstm {

namespace {

// Distributions build oneTBB without the thread sanitizer. The sanitizer then does not see that a loop starts
// before its bodies run, and that its bodies return before the loop ends. The two tokens of this class tell it
// so. They order no body before another one.
class LoopOrder {
 public:
#if defined(PLSTM_THREAD_SANITIZER)
  LoopOrder() {
    __tsan_release(&start_);
  }
  void enter_body() const {
    __tsan_acquire(const_cast<char*>(&start_));
  }
  void leave_body() const {
    __tsan_release(const_cast<char*>(&end_));
  }
  ~LoopOrder() {
    __tsan_acquire(&end_);
  }

 private:
  char start_ = 0;
  char end_ = 0;
#else
  void enter_body() const {}
  void leave_body() const {}
#endif

 public:
  class Body {
   public:
    explicit Body(const LoopOrder& order) : order_(order) { order_.enter_body(); }
    ~Body() { order_.leave_body(); }

   private:
    const LoopOrder& order_;
  };
};

}  // namespace

namespace detail {

void parallel_for_ranges(std::size_t count, std::size_t grain, RangeBody body) {
  const LoopOrder order;
  // By default oneTBB binds the context of a loop to the loop around it. An exception in one body of the outer
  // loop would then cancel inner loops of its other bodies, and these would return as if all their items were
  // done. With a context of its own, a loop visits every item or throws.
  tbb::task_group_context context(tbb::task_group_context::isolated);
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, std::max<std::size_t>(grain, 1)),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const LoopOrder::Body in_order(order);  // its destructor also runs for exceptions
          body.call(body.object, range.begin(), range.end());
        },
        tbb::auto_partitioner(), context);
  });
}

}  // namespace detail

struct ThreadLimit::Impl {
  tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) {
  if (threads < 0 || threads > kMostThreads) {
    throw ConfigError("number of threads is " + std::to_string(threads) + ", expected 0 (all cores) to " +
                      std::to_string(kMostThreads));
  }
  const int limit = threads == 0 ? tbb::this_task_arena::max_concurrency() : threads;
  impl_.reset(new Impl{
      tbb::global_control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(limit))});
}

ThreadLimit::~ThreadLimit() = default;

int num_threads() {
  const auto allowed = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  return std::min(static_cast<int>(allowed), tbb::this_task_arena::max_concurrency());
}

}  // namespace plstm
