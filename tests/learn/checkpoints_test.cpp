#include "plstm/learn/checkpoints.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

constexpr std::int32_t kMembers = 3;

class CheckpointsTest : public ::testing::Test {
 protected:
  std::vector<TrainResult> train(const MemberHooks& hooks = {}) const {
    return train_members(toy_.learner(), toy_.data(), toy_.options, kMembers, hooks);
  }
  Checkpoints checkpoints(bool resume) const { return {folder_ / "states", 0, resume, {{"data", "digest"}}}; }

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
    MemberHooks hooks;
    hooks.stop = [&] { return ++steps > 5; };
    const std::vector<TrainResult> part = train(with_checkpoints(hooks, checkpoints(true)));
    if (std::ranges::any_of(part, &TrainResult::stopped)) continue;
    EXPECT_GT(attempt, 1) << "it was never stopped";
    expect_equal(part, whole);
    return;
  }
}

TEST_F(CheckpointsTest, ATrainingThatDiedGoesOnFromItsLastState) {
  const std::vector<TrainResult> whole = train();
  std::atomic<int> steps = 0;
  MemberHooks hooks;
  hooks.stop = [&]() -> bool {
    if (++steps > 14) throw std::runtime_error("died");
    return false;
  };
  EXPECT_THROW(train(with_checkpoints(hooks, checkpoints(false))), std::runtime_error);
  EXPECT_TRUE(has_checkpoints(folder_ / "states"));
  std::atomic<int> rest = 0;
  MemberHooks counting;
  counting.on_step = [&](std::int32_t, const Trainer&) { ++rest; };
  std::atomic<int> all = 0;
  MemberHooks counting_all;
  counting_all.on_step = [&](std::int32_t, const Trainer&) { ++all; };
  expect_equal(train(with_checkpoints(counting, checkpoints(true))), whole);
  train(counting_all);
  EXPECT_LT(rest, all) << "it began anew";
}

TEST_F(CheckpointsTest, TellWhatWasDoneBefore) {
  std::atomic<int> epochs = 0;
  MemberHooks hooks;
  hooks.on_epoch = [&](std::int32_t, const EpochReport&) { ++epochs; };
  hooks.stop = [&] { return epochs >= 3; };
  train(with_checkpoints(hooks, checkpoints(false)));
  std::size_t before = 0;
  MemberHooks resumed;
  resumed.on_resume = [&](std::int32_t, std::span<const EpochReport> history) { before += history.size(); };
  train(with_checkpoints(resumed, checkpoints(true)));
  EXPECT_EQ(before, static_cast<std::size_t>(epochs));
}

TEST_F(CheckpointsTest, BeginAnewWithoutResume) {
  std::atomic<int> steps = 0;
  MemberHooks hooks;
  hooks.stop = [&] { return ++steps > 6; };
  train(with_checkpoints(hooks, checkpoints(false)));
  MemberHooks anew;
  anew.on_resume = [](std::int32_t, std::span<const EpochReport>) { ADD_FAILURE() << "it went on"; };
  expect_equal(train(with_checkpoints(anew, checkpoints(false))), train());
}

TEST_F(CheckpointsTest, RefuseAnotherTraining) {
  train(with_checkpoints({}, checkpoints(false)));
  Checkpoints other = checkpoints(true);
  other.notes["data"] = "another digest";
  EXPECT_THAT([&] { train(with_checkpoints({}, other)); },
              ThrowsMessage<ConfigError>(HasSubstr("another data: digest, now another digest")));
  toy_.options.learning_rate *= 2;
  EXPECT_THAT([&] { train(with_checkpoints({}, checkpoints(true))); },
              ThrowsMessage<ConfigError>(HasSubstr("learning_rate")));
}

TEST_F(CheckpointsTest, RefuseADamagedState) {
  train(with_checkpoints({}, checkpoints(false)));
  write_text_to(folder_ / "states" / "member_1.safetensors", "damaged");
  EXPECT_THAT([&] { train(with_checkpoints({}, checkpoints(true))); },
              ThrowsMessage<FileError>(HasSubstr("member_1.safetensors")));
}

TEST_F(CheckpointsTest, AreRemovedWithoutWhatIsNotTheirs) {
  train(with_checkpoints({}, checkpoints(false)));
  write_text_to(folder_ / "states" / "notes.txt", "mine");
  remove_checkpoints(folder_ / "states");
  EXPECT_FALSE(has_checkpoints(folder_ / "states"));
  EXPECT_TRUE(fs::exists(folder_ / "states" / "notes.txt"));
  fs::remove(folder_ / "states" / "notes.txt");
  remove_checkpoints(folder_ / "states");
  EXPECT_THAT(folder_.names(), IsEmpty());
  EXPECT_FALSE(has_checkpoints(folder_ / "missing"));
}

}  // namespace
}  // namespace plstm::test
