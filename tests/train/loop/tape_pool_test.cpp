#include "plstm/train/loop/tape_pool.hpp"

#include <cstdint>
#include <new>
#include <span>

#include <gtest/gtest.h>

namespace plstm::test {
namespace {

TEST(TapePool, LendsATapeToOneAtATime) {
  int made = 0;
  Learner learner;
  learner.make_forward = [&made]() -> Forward {
    ++made;
    return [](Tape<float>& tape, std::span<const std::int32_t>) { return tape.make(1, 1); };
  };
  TapePool pool(learner);
  TapeOfThread& first = pool.borrow();
  TapeOfThread& second = pool.borrow();
  EXPECT_NE(&first, &second);
  EXPECT_EQ(made, 2);
  pool.give_back(first);
  EXPECT_EQ(&pool.borrow(), &first);
  pool.take_all_back();
  pool.borrow();
  pool.borrow();
  EXPECT_EQ(made, 2) << "both were there again";
  pool.borrow();
  EXPECT_EQ(made, 3);
}

// What could not be made is made at the next request, not lent half made.
TEST(TapePool, SurvivesAForwardPassThatCannotBeMade) {
  int asked = 0;
  Learner learner;
  learner.make_forward = [&asked]() -> Forward {
    if (++asked == 1) throw std::bad_alloc();
    return [](Tape<float>& tape, std::span<const std::int32_t>) { return tape.make(1, 1); };
  };
  TapePool pool(learner);
  EXPECT_THROW(pool.borrow(), std::bad_alloc);
  pool.take_all_back();
  EXPECT_TRUE(pool.borrow().forward);
}

}  // namespace
}  // namespace plstm::test
