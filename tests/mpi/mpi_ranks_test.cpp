#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mpi/mpi_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MpiRanks : public MpiProgram {
 protected:
  MpiRanks() : MpiProgram(PLSTM_MPI_CHECK) {}
};

TEST_F(MpiRanks, KeepTheLawsOfATransport) {
  for (const int ranks : {1, 2, 3, 5}) {
    const Outcome r = run_on(ranks, "laws");
    EXPECT_EQ(r.code, 0) << r.err;
    // The first rank alone speaks.
    EXPECT_EQ(r.out, fmt::format("{} ranks with some threads keep the laws\n", ranks));
  }
}

TEST_F(MpiRanks, WhatAllDoWrongIsSaidOnce) {
  const Outcome r = run_on(3, "all-fail");
  EXPECT_EQ(r.code, 7);
  EXPECT_THAT(r.err, HasSubstr("check: error: rank 0 has no disk\n"));
  EXPECT_THAT(r.err, Not(HasSubstr("rank 1")));
  EXPECT_THAT(r.err, Not(HasSubstr("rank 2")));
}

TEST_F(MpiRanks, OneThatFailsEndsAll) {
  for (const int failing : {0, 2}) {
    const Outcome r = run_on(3, fmt::format("one-fails {}", failing));
    EXPECT_EQ(r.code, 7);
    EXPECT_THAT(r.err, HasSubstr(fmt::format("rank {0} has no disk (rank {0} of 3)", failing)));
  }
}

// A stop is no failure, and others may be done or wait for the rank that stops.
TEST_F(MpiRanks, OneThatStopsEndsAll) {
  for (const char* what : {"one-stops 0", "one-stops 2", "others-are-done 0", "others-are-done 1"}) {
    const Outcome r = run_on(3, what);
    EXPECT_EQ(r.code, 143) << what;
    EXPECT_THAT(r.err, HasSubstr("check: stopped\n")) << what;
  }
}

TEST_F(MpiRanks, OneThatDiesEndsAll) {
  const Outcome r = run_on(3, "dies 1");
  EXPECT_NE(r.code, 0);
  EXPECT_THAT(r.err, Not(HasSubstr("has no disk")));
}

TEST_F(MpiRanks, WithoutALauncherThereIsOne) {
  const Outcome r = run("laws");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, "1 ranks with no threads keep the laws\n");
}

}  // namespace
}  // namespace plstm::test
