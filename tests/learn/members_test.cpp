#include "plstm/learn/members.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>

#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

TEST(Members, TheFirstIsTheNetworkThatTrainsAlone) {
  const ToyTraining toy;
  const Learner learner = toy.learner();
  TrainOptions options = toy.options;
  options.seed = 7;
  const std::vector<TrainResult> three = train_members(learner, toy.data(), options, 3);
  ASSERT_EQ(three.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    TrainOptions own = options;
    own.seed = member_seed(7, i);
    EXPECT_EQ(three[i].parameters,
              train(learner, initial_values<float>(*learner.layout, own.seed), toy.data(), own).parameters)
        << i;
  }
  EXPECT_EQ(member_seed(7, 0), 7u);
  EXPECT_NE(three[0].parameters, three[1].parameters);
  const ThreadLimit one(1);
  EXPECT_EQ(train_members(learner, toy.data(), options, 2)[1].parameters, three[1].parameters);
}

TEST(Members, ReportTheirEpochsAndStop) {
  ToyTraining toy;
  toy.options.patience = 0;
  std::multiset<std::int32_t> seen;
  MemberHooks hooks;
  hooks.on_epoch = [&](std::int32_t member, const EpochReport&) { seen.insert(member); };
  train_members(toy.learner(), toy.data(), toy.options, 2, hooks);
  EXPECT_EQ(seen.count(0), static_cast<std::size_t>(toy.options.epochs));
  EXPECT_EQ(seen.count(1), static_cast<std::size_t>(toy.options.epochs));
  hooks.stop = [] { return true; };
  for (const TrainResult& result : train_members(toy.learner(), toy.data(), toy.options, 2, hooks)) {
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.best_epoch, 0);
  }
  EXPECT_THROW(train_members(toy.learner(), toy.data(), toy.options, 0), ConfigError);
}

// Fewer ranks than members, and more.
TEST(Members, AreTheSameOnRanks) {
  const ToyTraining toy;
  std::vector<std::vector<float>> expected;
  for (const TrainResult& result : train_members(toy.learner(), toy.data(), toy.options, 3)) {
    expected.push_back(result.parameters);
  }
  for (const int size : {2, 3, 7}) {
    std::atomic<int> equal{0};
    std::multiset<std::int32_t> seen;
    run_thread_ranks(size, [&](const Ranks& ranks) {
      TrainOptions options = toy.options;
      options.ranks = ranks;
      MemberHooks hooks;
      hooks.on_epoch = [&](std::int32_t member, const EpochReport&) {
        if (ranks.rank() != 0) throw std::logic_error("another rank than the first reports");
        seen.insert(member);
      };
      const std::vector<TrainResult> results = train_members(toy.learner(), toy.data(), options, 3, hooks);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (results[i].parameters == expected[i] && !results[i].history.empty()) ++equal;
      }
    });
    EXPECT_EQ(equal, 3 * size) << size << " ranks";
    for (const std::int32_t member : {0, 1, 2}) EXPECT_GT(seen.count(member), 0U) << size << " ranks";
  }
}

TEST(Members, OneRankMayStopAll) {
  ToyTraining toy;
  run_thread_ranks(3, [&](const Ranks& ranks) {
    TrainOptions options = toy.options;
    options.ranks = ranks;
    MemberHooks hooks;
    hooks.stop = [&] { return ranks.rank() == 2; };
    if (!train_members(toy.learner(), toy.data(), options, 1, hooks)[0].stopped) {
      throw std::logic_error("the training went on");
    }
  });
}

}  // namespace
}  // namespace plstm::test
