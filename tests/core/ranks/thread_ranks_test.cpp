#include <array>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>

#include "core/ranks/transport_laws.hpp"

namespace plstm::test {
namespace {

TEST(ThreadRanks, KeepTheLawsOfATransport) {
  for (const int size : {1, 2, 3, 5}) run_thread_ranks(size, check_transport);
}

TEST(ThreadRanks, AFailureReachesTheCallerAndEndsTheOthers) {
  std::atomic<int> ended{0};
  const auto body = [&](const Ranks& ranks) {
    if (ranks.rank() == 1) throw ConfigError("rank 1 has no disk");
    try {
      ranks.barrier();
    } catch (const Error&) {
      ++ended;
      throw;
    }
  };
  try {
    run_thread_ranks(3, body);
    FAIL() << "nothing was thrown";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "rank 1 has no disk");
  }
  EXPECT_EQ(ended, 2);
}

TEST(ThreadRanks, ANumberOfRanksBelowOneIsRefused) {
  EXPECT_THROW(run_thread_ranks(0, [](const Ranks&) {}), ConfigError);
}

}  // namespace
}  // namespace plstm::test
