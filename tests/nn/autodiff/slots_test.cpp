#include "plstm/nn/autodiff/slots.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "support/count_allocations.hpp"

namespace plstm::test {
namespace {

struct Workspace {
  int calls = 0;
};
struct State {
  std::vector<int> values;
};
struct OtherState {
  int value = 0;
};

TEST(Slots, HaveOneWorkspaceOfEachTypeForEver) {
  Slots slots;
  Workspace& workspace = slots.workspace<Workspace>();
  workspace.calls = 3;
  slots.start_pass();
  EXPECT_EQ(&slots.workspace<Workspace>(), &workspace);
  EXPECT_EQ(workspace.calls, 3);
  EXPECT_EQ(slots.workspace<int>(), 0);
}

TEST(Slots, GiveTheStatesOfThePreviousPassAgainInTheirOrder) {
  Slots slots;
  State& first = slots.state<State>();
  first.values = {1};
  OtherState& other = slots.state<OtherState>();
  State& second = slots.state<State>();
  EXPECT_NE(&first, &second);
  slots.start_pass();
  EXPECT_EQ(&slots.state<State>(), &first);
  EXPECT_EQ(first.values, std::vector<int>{1});
  EXPECT_EQ(&slots.state<State>(), &second);
  EXPECT_EQ(&slots.state<OtherState>(), &other);
  slots.start_pass();
  EXPECT_EQ(&slots.state<OtherState>(), &other);  // types do not count each other's requests
  EXPECT_EQ(&slots.state<State>(), &first);
}

TEST(Slots, KeepReferencesValidWhileListsGrow) {
  Slots slots;
  State& first = slots.state<State>();
  first.values = {7};
  for (int i = 0; i < 1000; ++i) slots.state<State>();
  slots.workspace<Workspace>();
  slots.workspace<int>();
  slots.start_pass();
  EXPECT_EQ(&slots.state<State>(), &first);
  EXPECT_EQ(first.values, std::vector<int>{7});
}

TEST(Slots, AllocateNothingInAPassOfTheSameSize) {
  Slots slots;
  const auto pass = [&] {
    const std::size_t before = allocations;
    slots.start_pass();
    for (int i = 0; i < 20; ++i) slots.state<State>();
    slots.state<OtherState>();
    slots.workspace<Workspace>().calls++;
    return allocations - before;
  };
  EXPECT_GT(pass(), 0u);
  EXPECT_EQ(pass(), 0u);
}

TEST(Slots, EndTheLifetimeOfTheirObjects) {
  struct Counted {
    std::shared_ptr<int> count;
  };
  const auto count = std::make_shared<int>(0);
  {
    Slots slots;
    slots.workspace<Counted>().count = count;
    slots.state<Counted>().count = count;
    EXPECT_EQ(count.use_count(), 3);
  }
  EXPECT_EQ(count.use_count(), 1);
}

}  // namespace
}  // namespace plstm::test
