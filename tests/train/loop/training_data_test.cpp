#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/training_data.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Three samples with two, no and three things.
struct Labels {
  Learner learner;
  std::vector<float> targets = std::vector<float>(5);
  std::vector<std::uint8_t> present = std::vector<std::uint8_t>(5, 1);
  std::vector<float> weights = std::vector<float>(5, 1);
  std::vector<std::uint8_t> mask{1, 0, 0, 1, 1};
  std::vector<std::int32_t> samples{0, 1, 2};

  Labels() {
    learner.samples = 3;
    learner.things = [](std::int32_t sample) { return std::int64_t{sample == 0 ? 2 : sample == 1 ? 0 : 3}; };
  }
  auto check() const {
    return [this] {
      TrainingData data{{targets.data(), std::ssize(targets), 1},
                        {present.data(), std::ssize(present), 1},
                        samples,
                        samples};
      data.weights = weights;
      data.train_mask = mask;
      check_data(learner, data);
    };
  }
};

TEST(TrainingData, ThingsFollowTheSamples) {
  EXPECT_THAT(thing_offsets(Labels().learner), ElementsAre(0, 2, 2, 5));
  EXPECT_TRUE(thing_offsets({.samples = 4}).empty());
}

TEST(TrainingData, ArraysOfOtherSizesAreErrors) {
  EXPECT_NO_THROW(Labels().check()());
  Labels labels;
  labels.mask.pop_back();
  EXPECT_THAT(labels.check(), ThrowsMessage<ShapeError>(HasSubstr("train_mask has 4 entries, expected 5")));
  labels = {};
  labels.present.pop_back();
  EXPECT_THAT(labels.check(), ThrowsMessage<ShapeError>(HasSubstr("present")));
  labels = {};
  labels.targets.pop_back();
  EXPECT_THAT(labels.check(), ThrowsMessage<ShapeError>(HasSubstr("targets")));
}

TEST(TrainingData, WeightsAreFiniteAndNotNegative) {
  for (const float wrong :
       {-1.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Labels labels;
    labels.weights[3] = wrong;
    EXPECT_THAT(labels.check(), ThrowsMessage<TrainingError>(HasSubstr("weight 3 is ")));
  }
}

TEST(TrainingData, SamplesOfTheSplitExist) {
  Labels labels;
  labels.samples = {0, 3};
  EXPECT_THAT(labels.check(), ThrowsMessage<ConfigError>(HasSubstr("there is no sample 3, expected 0..2")));
  labels.samples = {};
  EXPECT_THAT(labels.check(), ThrowsMessage<TrainingError>(HasSubstr("no row to train on")));
}

}  // namespace
}  // namespace plstm::test
