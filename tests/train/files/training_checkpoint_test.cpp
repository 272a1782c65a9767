#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/trainer_state_file.hpp>
#include <plstm/train/files/training_checkpoint.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TrainingCheckpointTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "checkpoint.safetensors"; }

  // A setting may have the name of an option.
  TrainingCheckpoint checkpoint(bool resume, double seconds = 0, const char* data = "toys") const {
    return TrainingCheckpoint({.file = path(),
                               .settings = {{"data", data}, {"epochs", "of two stages"}},
                               .seconds = seconds,
                               .resume = resume});
  }

  static Trainer start(const TrainingCheckpoint& checkpoint, const ToyTraining& training) {
    return checkpoint.start(training.learner(),
                            initial_values<float>(training.model.layout, training.options.seed),
                            training.data(), training.options);
  }

 private:
  TemporaryFolder folder_;
};

// Stopped by the hook after one step, two steps, three steps...
TEST_F(TrainingCheckpointTest, StoppedAgainAndAgainTheTrainingEndsWithTheSameBits) {
  const ToyTraining training;
  Trainer whole = training.start();
  const TrainResult expected = run(whole);
  for (int steps = 1;; ++steps) {
    TrainingCheckpoint kept = checkpoint(true, 1e9);
    EXPECT_EQ(kept.resumes(), steps > 1);
    Trainer trainer = start(kept, training);
    int left = steps;
    const TrainResult result = run(trainer, {.stop = [&left] { return left-- == 0; }}, kept);
    if (result.stopped) continue;
    EXPECT_EQ(result.parameters, expected.parameters);
    EXPECT_EQ(result.best_epoch, expected.best_epoch);
    EXPECT_TRUE(same_history(result.history, expected.history));
    EXPECT_GT(steps, 3);
    break;
  }
  // The checkpoint of a training that is over gives its result again.
  TrainingCheckpoint kept = checkpoint(true);
  Trainer finished = start(kept, training);
  EXPECT_TRUE(finished.finished());
  EXPECT_EQ(run(finished, {}, kept).parameters, expected.parameters);
}

// A process that is killed leaves what it wrote last.
TEST_F(TrainingCheckpointTest, WritesAfterEachStepWhereNoSecondsMayPass) {
  const ToyTraining training;
  TrainingCheckpoint kept = checkpoint(false);
  Trainer trainer = start(kept, training);
  for (int step = 0; step < 4; ++step) {
    trainer.step();
    kept.write_if_due(trainer);
    const TrainerState state = load_trainer_state(path());
    EXPECT_EQ(state.parameters, trainer.state().parameters);
  }
  std::filesystem::remove(path());
  TrainingCheckpoint seldom = checkpoint(false, 1e9);
  trainer.step();
  seldom.write_if_due(trainer);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(TrainingCheckpointTest, StartsAnewUnlessAskedToResume) {
  const ToyTraining training;
  TrainingCheckpoint kept = checkpoint(false);
  Trainer trainer = start(kept, training);
  trainer.step();
  kept.write(trainer);
  EXPECT_FALSE(kept.resumes());
  EXPECT_EQ(start(kept, training).state().steps, 0);
  EXPECT_EQ(start(checkpoint(true), training).state().steps, 1);
}

TEST_F(TrainingCheckpointTest, OtherSettingsAreNamed) {
  ToyTraining training;
  {
    TrainingCheckpoint kept = checkpoint(false);
    kept.write(start(kept, training));
  }
  EXPECT_THAT([&] { start(checkpoint(true, 0, "others"), training); },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr(path().string() + ": "), HasSubstr("another data: toys, now others"))));
  training.options.learning_rate = 0.5;
  EXPECT_THAT([&] { start(checkpoint(true), training); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr(path().string() + ": "),
                                               HasSubstr("another learning_rate: 0.01, now 0.5"))));
  EXPECT_THROW(checkpoint(true, -1), ConfigError);
  EXPECT_THROW(checkpoint(true, std::nan("")), ConfigError);
}

TEST_F(TrainingCheckpointTest, DamagedFilesAreErrors) {
  const ToyTraining training;
  TrainingCheckpoint kept = checkpoint(true);
  Trainer trainer = start(kept, training);
  TrainerState state = trainer.state();
  kept.write(trainer);
  state.fingerprint = load_trainer_state(path()).fingerprint;
  state.order.pop_back();
  save_trainer_state(path(), state);
  EXPECT_THAT([&] { start(kept, training); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(path().string()), HasSubstr("damaged"))));
  std::ofstream(path()) << "half a file";
  EXPECT_THROW(start(kept, training), FileError);
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_THROW(start(kept, training), FileError);
  EXPECT_THROW(kept.write(trainer), FileError);
}

}  // namespace
}  // namespace plstm::test
