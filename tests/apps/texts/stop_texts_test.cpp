// Every command that trains goes on after a stop: what it says then is a command line with --resume.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/texts/text_programs.hpp"

namespace plstm::test {
namespace {

using ::testing::Contains;

class StopTexts : public TextPrograms {};

TEST_F(StopTexts, CommandsThatTrainKnowResume) {
  const std::set<std::string> training{"compare", "dag",   "moleculenet", "pretrain", "quickstart",
                                       "text",    "track", "train",       "tu",       "tune"};
  int found = 0;
  for (const std::string& program : programs()) {
    for (const std::string& command : commands_of(program)) {
      if (!training.contains(command)) continue;
      const std::vector<std::string> options = options_of(program + " " + command);
      if (options.size() == 2) continue;  // the build lacks what the command needs: --help alone is left
      EXPECT_THAT(options, Contains("--resume")) << program << " " << command;
      ++found;
    }
  }
  EXPECT_GE(found, 8);
}

}  // namespace
}  // namespace plstm::test
