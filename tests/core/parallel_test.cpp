#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm::test {
namespace {

TEST(Parallel, VisitsEveryItemOnce) {
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    for (const std::size_t count : {0u, 1u, 7u, 10000u}) {
      std::vector<int> visits(count, 0);
      parallel_for(count, 16, [&](std::size_t i) { ++visits[i]; });
      EXPECT_EQ(visits, std::vector<int>(count, 1));
    }
  }
}

TEST(Parallel, LoopsMayNest) {
  std::vector<std::vector<int>> cells(20, std::vector<int>(300, 0));
  parallel_for(cells.size(), 1, [&](std::size_t i) {
    parallel_for(cells[i].size(), 8, [&](std::size_t j) { cells[i][j] = static_cast<int>(i * j); });
  });
  EXPECT_EQ(cells[19][299], 19 * 299);
}

TEST(Parallel, AThreadThatWaitsTakesUpNoOtherOuterItem) {
  thread_local std::size_t current = 0;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    std::vector<int> kept(64, 0);
    parallel_for(kept.size(), 1, [&](std::size_t i) {
      current = i;
      std::vector<double> cells(4000);
      parallel_for(cells.size(), 16, [&](std::size_t j) { cells[j] = static_cast<double>(j) / 3; });
      kept[i] = current == i ? 1 : 0;
    });
    EXPECT_EQ(kept, std::vector<int>(64, 1)) << threads;
  }
}

TEST(Parallel, RethrowsTheExceptionOfABody) {
  EXPECT_THROW(parallel_for(1000, 1,
                            [](std::size_t i) {
                              if (i == 567) throw std::runtime_error("567");
                            }),
               std::runtime_error);
}

// Gives other threads some turns to make the condition true. Bounded, as there may be no other thread.
void wait_for(const std::atomic<bool>& condition) {
  for (int turn = 0; turn < 2000 && !condition; ++turn) std::this_thread::yield();
}

// One body of the outer loop throws while the other is inside an inner loop. An inner loop that returns must have
// visited all its items.
TEST(Parallel, AnExceptionLeavesNoInnerLoopUnfinished) {
  int unfinished = 0;  // written by one outer item
  for (int repetition = 0; repetition < 100; ++repetition) {
    std::atomic<bool> inside = false;
    std::atomic<bool> throws = false;
    const auto outer = [&](std::size_t i) {
      if (i == 1) {
        wait_for(inside);
        throws = true;
        throw std::runtime_error("outer");
      }
      std::vector<int> visits(200, 0);
      parallel_for(visits.size(), 1, [&](std::size_t j) {
        inside = true;
        wait_for(throws);
        parallel_for(4, 1, [](std::size_t) { std::this_thread::yield(); });
        ++visits[j];
      });
      if (visits != std::vector<int>(visits.size(), 1)) ++unfinished;
    };
    EXPECT_THROW(parallel_for(2, 1, outer), std::runtime_error);
  }
  EXPECT_EQ(unfinished, 0);
}

TEST(Parallel, AnExceptionOfAnInnerLoopReachesTheCaller) {
  for (int repetition = 0; repetition < 100; ++repetition) {
    const auto inner = [](std::size_t i, std::size_t j) {
      if (i == 5 && j == 77) throw std::runtime_error("inner");
    };
    EXPECT_THROW(
        parallel_for(8, 1, [&](std::size_t i) { parallel_for(100, 1, [&](std::size_t j) { inner(i, j); }); }),
        std::runtime_error);
  }
}

TEST(ThreadLimit, HoldsWhileItLives) {
  const int before = num_threads();
  {
    const ThreadLimit limit(1);
    EXPECT_EQ(num_threads(), 1);
  }
  EXPECT_EQ(num_threads(), before);
}

TEST(ThreadLimit, RefusesANegativeNumber) {
  EXPECT_THROW(ThreadLimit(-1), ConfigError);
}

TEST(Parallel, FirstFailureIsTheFirstForEveryNumberOfThreads) {
  const auto fails_at = [](std::vector<std::size_t> bad) {
    return first_failure(1000, 1, [&](std::size_t i) {
      if (std::find(bad.begin(), bad.end(), i) != bad.end()) throw std::runtime_error("bad");
    });
  };
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    EXPECT_EQ(fails_at({}), 1000u);
    EXPECT_EQ(fails_at({0}), 0u);
    EXPECT_EQ(fails_at({998, 37, 500, 38}), 37u);
  }
  EXPECT_EQ(first_failure(0, 1, [](std::size_t) { throw std::runtime_error("bad"); }), 0u);
}

}  // namespace
}  // namespace plstm::test
