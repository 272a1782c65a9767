#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/files/safetensors.hpp>
#include <plstm/train/files/trainer_state_file.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TrainerStateFileTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "state.safetensors"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(TrainerStateFileTest, ComesBackAsItWas) {
  const ToyTraining training;
  Trainer trainer = training.start();
  for (const int steps : {0, 2, 3}) {  // before the first step, within an epoch, within the next one
    for (int i = 0; i < steps; ++i) trainer.step();
    const TrainerState state = trainer.state();
    save_trainer_state(path(), state);
    const TrainerState back = load_trainer_state(path());
    EXPECT_EQ(back.fingerprint, state.fingerprint);
    EXPECT_EQ(back.parameters, state.parameters);
    EXPECT_EQ(back.optimizer.first_moment, state.optimizer.first_moment);
    EXPECT_EQ(back.optimizer.second_moment, state.optimizer.second_moment);
    EXPECT_EQ(back.optimizer.num_steps, state.optimizer.num_steps);
    EXPECT_EQ(back.average.values, state.average.values);
    EXPECT_EQ(back.average.num_steps, state.average.num_steps);
    EXPECT_EQ(back.stopping.num_epochs, state.stopping.num_epochs);
    EXPECT_EQ(back.stopping.best_epoch, state.stopping.best_epoch);
    EXPECT_EQ(back.order, state.order);
    EXPECT_EQ(back.epochs, state.epochs);
    EXPECT_EQ(back.steps, state.steps);
    EXPECT_EQ(back.loss_sum, state.loss_sum);
    EXPECT_EQ(back.loss_weight, state.loss_weight);
    EXPECT_EQ(back.best, state.best);
    EXPECT_EQ(back.best_epoch, state.best_epoch);
    EXPECT_TRUE(same_history(back.history, state.history));
  }
}

// Through the file, stopped after every step: the same bits as a training that nobody stopped.
TEST_F(TrainerStateFileTest, AResumedTrainingEndsWithTheSameBits) {
  const ToyTraining training;
  Trainer whole = training.start();
  const TrainResult expected = run(whole);
  save_trainer_state(path(), training.start().state());
  for (;;) {
    Trainer trainer = training.resume(load_trainer_state(path()));
    if (trainer.finished()) {
      EXPECT_EQ(trainer.result().parameters, expected.parameters);
      EXPECT_TRUE(same_history(trainer.history(), expected.history));
      break;
    }
    trainer.step();
    save_trainer_state(path(), trainer.state());
  }
}

TEST_F(TrainerStateFileTest, OtherFilesAreErrors) {
  EXPECT_THROW(load_trainer_state(path()), FileError);
  write_safetensors(path(), {});
  EXPECT_THAT([&] { load_trainer_state(path()); },
              ThrowsMessage<FileError>(HasSubstr("no state of a training")));
  save_trainer_state(path(), ToyTraining().start().state());
  TensorFile file = read_safetensors(path());
  file.metadata["plstm_trainer_state"] = "2";
  write_safetensors(path(), file);
  EXPECT_THAT([&] { load_trainer_state(path()); }, ThrowsMessage<FileError>(HasSubstr("format 2")));
}

// Every tensor may be missing or have another length.
TEST_F(TrainerStateFileTest, DamagedStatesAreErrors) {
  const ToyTraining training;
  save_trainer_state(path(), training.start().state());
  const TensorFile whole = read_safetensors(path());
  for (std::size_t i = 0; i < whole.tensors.size(); ++i) {
    TensorFile missing = whole;
    missing.tensors.erase(missing.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    write_safetensors(path(), missing);
    EXPECT_THROW(load_trainer_state(path()), FileError) << whole.tensors[i].name;
    TensorFile longer = whole;
    Tensor& tensor = longer.tensors[i];
    ++tensor.shape[0];
    tensor.bytes.resize(tensor.bytes.size() + element_size(tensor.type));
    write_safetensors(path(), longer);
    EXPECT_THROW(training.resume(load_trainer_state(path())), Error) << tensor.name;
  }
}

// A flipped bit is an error, wherever it is: a training would go on with wrong numbers.
TEST_F(TrainerStateFileTest, EveryBitCounts) {
  save_trainer_state(path(), ToyTraining().start().state());
  std::string whole;
  {
    std::ifstream stream(path(), std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(stream), {});
  }
  Random random(kSeed);
  for (int trial = 0; trial < 500; ++trial) {
    std::string damaged = whole;
    const std::size_t at = random.below(whole.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
    std::ofstream(path(), std::ios::binary) << damaged;
    EXPECT_THROW(load_trainer_state(path()), FileError) << "byte " << at << " of " << whole.size();
  }
}

}  // namespace
}  // namespace plstm::test
