#include "support/terminal/progress.hpp"

#include <gtest/gtest.h>

namespace plstm::apps {
namespace {

TEST(Progress, SaysWhatIsDoneAndWhatIsLeft) {
  EXPECT_EQ(progress_text("predicting", "rows", 4096, 0.25, 10),
            "predicting: 4096 rows, 25 %, about 30 s left");
  EXPECT_EQ(progress_text("predicting", "rows", 9, 0.999, 100), "predicting: 9 rows, 99 %, about 0 s left")
      << "what is not finished is not at 100 %";
  EXPECT_EQ(progress_text("predicting", "rows", 9, 0.0, 3), "predicting: 9 rows, 0 %")
      << "nothing is known of the time yet";
  EXPECT_EQ(progress_text("reading", "rows", 7, std::nullopt, 65), "reading: 7 rows, 1 min 05 s so far");
}

TEST(Progress, DurationsAreReadable) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(3599.4), "59 min 59 s");
  EXPECT_EQ(duration_text(4800), "1 h 20 min");
  EXPECT_EQ(duration_text(-1), "0 s");
  EXPECT_EQ(duration_text(1e300), duration_text(1e9));
}

}  // namespace
}  // namespace plstm::apps
