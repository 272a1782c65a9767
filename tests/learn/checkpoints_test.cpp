#include "plstm/learn/checkpoints.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/members.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

constexpr std::int32_t kMembers = 3;

class CheckpointsTest : public ::testing::Test {
 protected:
  std::vector<TrainResult> train(const MemberHooks& hooks = {}) const {
    return train_members(toy_.learner(), toy_.data(), toy_.options, kMembers, hooks);
  }
  MemberHooks hooks(bool resume) const {
    MemberHooks hooks;
    hooks.checkpoints = Checkpoints{folder_ / "states", 0, resume, {{"data", "digest"}}};
    return hooks;
  }

  ToyTraining toy_;
  const TemporaryFolder folder_;
};

void expect_equal(const std::vector<TrainResult>& a, const std::vector<TrainResult>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].parameters, b[i].parameters) << i;
    EXPECT_EQ(a[i].best_epoch, b[i].best_epoch) << i;
    EXPECT_EQ(a[i].history.size(), b[i].history.size()) << i;
  }
}

TEST_F(CheckpointsTest, AStoppedTrainingEndsWithTheSameBits) {
  const std::vector<TrainResult> whole = train();
  for (int attempt = 0;; ++attempt) {
    ASSERT_LT(attempt, 40) << "the training makes no way";
    std::atomic<int> steps = 0;
    MemberHooks stopping = hooks(true);
    stopping.stop = [&] { return ++steps > 5; };
    const std::vector<TrainResult> part = train(stopping);
    if (std::ranges::any_of(part, &TrainResult::stopped)) continue;
    EXPECT_GT(attempt, 1) << "it was never stopped";
    expect_equal(part, whole);
    return;
  }
}

TEST_F(CheckpointsTest, ATrainingThatDiedGoesOnFromItsLastState) {
  const std::vector<TrainResult> whole = train();
  std::atomic<int> steps = 0;
  MemberHooks dying = hooks(false);
  dying.stop = [&]() -> bool {
    if (++steps > 14) throw std::runtime_error("died");
    return false;
  };
  EXPECT_THROW(train(dying), std::runtime_error);
  EXPECT_FALSE(checkpoints_in(folder_ / "states").empty());
  int all = 0;
  std::atomic<int> rest = 0;
  for (const TrainResult& result : whole) all += static_cast<int>(result.history.size());
  MemberHooks counting = hooks(true);
  counting.on_epoch = [&](std::int32_t, const EpochReport&) { ++rest; };
  expect_equal(train(counting), whole);
  EXPECT_LT(rest, all) << "it began anew";
}

TEST_F(CheckpointsTest, TellWhatWasDoneBefore) {
  std::atomic<int> epochs = 0;
  MemberHooks stopping = hooks(false);
  stopping.on_epoch = [&](std::int32_t, const EpochReport&) { ++epochs; };
  stopping.stop = [&] { return epochs >= 3; };
  train(stopping);
  std::size_t before = 0;
  MemberHooks resumed = hooks(true);
  resumed.on_resume = [&](std::int32_t, std::span<const EpochReport> history) { before += history.size(); };
  train(resumed);
  EXPECT_EQ(before, static_cast<std::size_t>(epochs));
}

TEST_F(CheckpointsTest, BeginAnewWithoutResume) {
  std::atomic<int> steps = 0;
  MemberHooks stopping = hooks(false);
  stopping.stop = [&] { return ++steps > 6; };
  train(stopping);
  MemberHooks anew = hooks(false);
  anew.on_resume = [](std::int32_t, std::span<const EpochReport>) { ADD_FAILURE() << "it went on"; };
  expect_equal(train(anew), train());
}

TEST_F(CheckpointsTest, RefuseAnotherTraining) {
  train(hooks(false));
  MemberHooks other = hooks(true);
  other.checkpoints->notes["data"] = "another digest";
  EXPECT_THAT([&] { train(other); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("data"), HasSubstr("another digest"))));
  toy_.options.learning_rate *= 2;
  EXPECT_THAT([&] { train(hooks(true)); }, ThrowsMessage<ConfigError>(HasSubstr("learning_rate")));
}

TEST_F(CheckpointsTest, RefuseADamagedState) {
  train(hooks(false));
  write_text_to(folder_ / "states" / "member_1.safetensors", "damaged");
  EXPECT_THAT([&] { train(hooks(true)); }, ThrowsMessage<FileError>(HasSubstr("member_1.safetensors")));
}

TEST_F(CheckpointsTest, AreRemovedWithoutWhatIsNotTheirs) {
  train(hooks(false));
  write_text_to(folder_ / "states" / "notes.txt", "mine");
  write_text_to(folder_ / "states" / ".member_0.safetensors.0123.partial", "of a killed process");
  remove_checkpoints(folder_ / "states");
  EXPECT_TRUE(checkpoints_in(folder_ / "states").empty());
  EXPECT_TRUE(fs::exists(folder_ / "states" / "notes.txt"));
  EXPECT_FALSE(fs::exists(folder_ / "states" / ".member_0.safetensors.0123.partial"));
  fs::remove(folder_ / "states" / "notes.txt");
  remove_checkpoints(folder_ / "states");
  EXPECT_THAT(folder_.names(), IsEmpty());
  EXPECT_TRUE(checkpoints_in(folder_ / "missing").empty());
}

}  // namespace
}  // namespace plstm::test
