#include "plstm/learn/tuning/tuning_state.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(TuningStateTest, GoesOnWithEveryTrialThatIsDone) {
  const TemporaryFolder folder;
  {
    TuningState state(folder.path(), "search", false);
    EXPECT_TRUE(state.trials().empty());
    state.add({0, 1, 0.25, 3});
    state.add({2, 0, std::numeric_limits<double>::quiet_NaN(), 0.5});
  }
  const TuningState again(folder.path(), "search", true);
  ASSERT_EQ(again.trials().size(), 2u);
  EXPECT_EQ(again.trials()[0], (Trial{0, 1, 0.25, 3}));
  EXPECT_TRUE(std::isnan(again.trials()[1].score)) << "a training that failed stays one";
  EXPECT_EQ(again.note(), "");
  EXPECT_THAT([&] { TuningState(folder.path(), "other", true); },
              ThrowsMessage<ConfigError>(HasSubstr("was begun with other data or other settings")));
}

TEST(TuningStateTest, WhoForgetsTheFlagHasLostNothing) {
  const TemporaryFolder folder;
  TuningState(folder.path(), "search", false).add({0, 0, 1, 1});
  const TuningState again(folder.path(), "search", false);
  EXPECT_TRUE(again.trials().empty());
  EXPECT_THAT(again.note(), HasSubstr("tuning.json.given_up"));
  EXPECT_TRUE(std::filesystem::exists(folder / "tuning.json.given_up"));
}

TEST(TuningStateTest, RefusesWhatIsNoRecord) {
  const TemporaryFolder folder;
  for (const char* wrong :
       {"", "[]", R"({"identity": "search"})",
        R"({"identity": "search", "trials": [{"candidate": -1, "fold": 0, "score": 1, "seconds": 1}]})"}) {
    AtomicFile file(folder / "tuning.json");
    file.stream() << wrong;
    file.commit();
    EXPECT_THAT([&] { TuningState(folder.path(), "search", true); },
                ThrowsMessage<FileError>(HasSubstr("is no record of a search")))
        << wrong;
  }
}

}  // namespace
}  // namespace plstm::test
