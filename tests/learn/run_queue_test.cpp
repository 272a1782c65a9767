#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/run_queue.hpp>

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(RunQueue, DoesEveryRunOnce) {
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    for (const int jobs : {0, 1, 3, 50}) {
      std::vector<int> visits(20, 0);
      work_off(visits.size(), jobs, [&](std::size_t i) { ++visits[i]; });
      EXPECT_EQ(visits, std::vector<int>(20, 1)) << threads << " threads, " << jobs << " jobs";
    }
  }
  work_off(0, 2, [](std::size_t) { FAIL(); });
}

TEST(RunQueue, OneJobKeepsTheOrder) {
  std::vector<std::size_t> order;
  work_off(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(RunQueue, StartsNothingAfterAnException) {
  std::vector<std::size_t> order;
  EXPECT_THAT(
      [&] {
        work_off(5, 1, [&](std::size_t i) {
          order.push_back(i);
          if (i >= 2) throw std::runtime_error("run " + std::to_string(i));
        });
      },
      ThrowsMessage<std::runtime_error>(HasSubstr("run 2")));
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2}));
}

// The first run throws while the second one is within a loop of its own.
TEST(RunQueue, ARunThatFailsChangesNoOther) {
  const ThreadLimit limit(2);
  for (int repeat = 0; repeat < 5; ++repeat) {
    std::atomic<bool> inside{false}, thrown{false};
    std::atomic<int> begun{0}, whole{0};
    const auto wait_for = [](const std::atomic<bool>& flag) {  // in vain on a machine with one processor
      for (int i = 0; i < 100000 && !flag; ++i) std::this_thread::yield();
    };
    EXPECT_THROW(work_off(2, 2,
                          [&](std::size_t run) {
                            if (run == 0) {
                              wait_for(inside);
                              thrown = true;
                              throw std::runtime_error("the first run");
                            }
                            ++begun;
                            std::vector<int> visits(4000, 0);
                            parallel_for(visits.size(), 1, [&](std::size_t i) {
                              inside = true;
                              wait_for(thrown);
                              std::this_thread::yield();
                              ++visits[i];
                            });
                            whole += std::ranges::count(visits, 1) == std::ssize(visits) ? 1 : 0;
                          }),
                 std::runtime_error);
    EXPECT_EQ(whole, begun);
  }
}

TEST(RunQueue, RefusesANegativeNumberOfJobs) {
  EXPECT_THAT([] { work_off(1, -1, [](std::size_t) {}); },
              ThrowsMessage<ConfigError>(HasSubstr("jobs is -1, expected 0 or more")));
}

TEST(QueueProgress, CountsUpToTheTotal) {
  QueueProgress progress(3);
  for (std::size_t done = 1; done <= 3; ++done) {
    const QueueProgress::State state = progress.add_done();
    EXPECT_EQ(state.done, done);
    EXPECT_EQ(state.total, 3u);
    EXPECT_GE(state.seconds_left, 0);
    if (done == 3) {
      EXPECT_EQ(state.seconds_left, 0);
    }
  }
}

}  // namespace
}  // namespace plstm::test
