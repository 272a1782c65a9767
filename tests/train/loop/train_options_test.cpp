#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/train_options.hpp>

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(TrainOptions, NamesTheSettingThatMakesNoSense) {
  EXPECT_NO_THROW(check_options({}));
  EXPECT_THAT([] { check_options({.epochs = 0}); }, ThrowsMessage<ConfigError>(HasSubstr("epochs")));
  EXPECT_THAT([] { check_options({.batch_size = 0}); }, ThrowsMessage<ConfigError>(HasSubstr("batch_size")));
  EXPECT_THAT([] { check_options({.learning_rate = 0}); },
              ThrowsMessage<ConfigError>(HasSubstr("learning_rate")));
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT([] { check_options({.epochs = kLargest}); }, ThrowsMessage<ConfigError>(HasSubstr("epochs")));
  EXPECT_THAT([] { check_options({.batch_size = kLargest}); },
              ThrowsMessage<ConfigError>(HasSubstr("batch_size must be at most 2147483647")));
  EXPECT_THAT([] { check_options({.shard_size = kLargest}); },
              ThrowsMessage<ConfigError>(HasSubstr("shard_size")));
  EXPECT_THAT([] { check_options({.patience = -1}); }, ThrowsMessage<ConfigError>(HasSubstr("patience")));
}

}  // namespace
}  // namespace plstm::test
