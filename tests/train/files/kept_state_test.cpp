#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/kept_state.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class KeptStateTest : public ::testing::Test {
 protected:
  // The state after some steps.
  TrainerState after(int steps) const {
    Trainer trainer = training_.start();
    for (int i = 0; i < steps; ++i) trainer.step();
    return trainer.state();
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_ / "state.safetensors";
  ToyTraining training_;
};

TEST_F(KeptStateTest, TheNewestOneIsLoaded) {
  EXPECT_FALSE(has_kept_state(path_));
  for (const int steps : {1, 2, 4}) {
    keep_trainer_state(path_, after(steps));
    const KeptState kept = load_kept_state(path_);
    EXPECT_EQ(kept.state.parameters, after(steps).parameters);
    EXPECT_THAT(kept.note, IsEmpty());
  }
  EXPECT_TRUE(has_kept_state(path_));
  remove_kept_state(path_);
  EXPECT_FALSE(has_kept_state(path_));
  EXPECT_TRUE(fs::is_empty(path_.parent_path()));
}

TEST_F(KeptStateTest, TheOneBeforeStandsInForADamagedOne) {
  keep_trainer_state(path_, after(1));
  keep_trainer_state(path_, after(2));
  std::ofstream(path_) << "half a file";
  const KeptState kept = load_kept_state(path_);
  EXPECT_EQ(kept.state.parameters, after(1).parameters);
  EXPECT_THAT(kept.note, HasSubstr(path_.string()));
  EXPECT_THAT(kept.note, HasSubstr("goes on from the state before"));
  fs::remove(path_);  // as a kill between two renames leaves it
  EXPECT_TRUE(has_kept_state(path_));
  EXPECT_EQ(load_kept_state(path_).state.parameters, after(1).parameters);
}

TEST_F(KeptStateTest, WhereAllAreDamagedTheNewestIsNamed) {
  keep_trainer_state(path_, after(1));
  std::ofstream(path_) << "half a file";
  EXPECT_THROW(load_kept_state(path_), FileError);
  keep_trainer_state(path_, after(2));  // the damaged one is now the one before
  std::ofstream(path_) << "half a file";
  try {
    load_kept_state(path_);
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path_.string() + ":"));
  }
}

}  // namespace
}  // namespace plstm::test
