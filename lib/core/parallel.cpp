#include "plstm/core/parallel.hpp"

#include <algorithm>
#include <string>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <plstm/core/error.hpp>

#if defined(PLSTM_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#endif

namespace plstm {

namespace {

// A distribution's oneTBB is not built with the thread sanitizer, which therefore misses that a loop's start
// comes before its bodies and its bodies before its end. These two tokens say just that, and nothing about
// bodies among themselves.
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
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, std::max<std::size_t>(grain, 1)),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        const LoopOrder::Body in_order(order);  // left also by an exception
                        body.call(body.object, range.begin(), range.end());
                      });
  });
}

}  // namespace detail

struct ThreadLimit::Impl {
  tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) {
  if (threads < 0)
    throw ConfigError("number of threads is " + std::to_string(threads) + ", expected 0 (all) or more");
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
