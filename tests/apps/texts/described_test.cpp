#include "support/terminal/described.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plstm::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Values {
  std::string text, choice = "b";
  std::vector<std::string> many;
  std::vector<double> three{1, 2, 3};
  int number = 4;
  double positive = 0;
  bool flag = false, yes = true;
};

TEST(Described, OptionsInTheOrderOfTheHelp) {
  Values values;
  CLI::App app("Does things.", "plstm-x");
  app.set_help_flag();
  app.add_option("-o,--output-dir", values.text, "where to")->required();
  app.add_option("--number", values.number, "how many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group("Later");
  app.add_option("--positive", values.positive, "weight")->check(CLI::NonNegativeNumber);
  app.add_option("--choice", values.choice, "which")->check(CLI::IsMember({"a", "b"}))->capture_default_str();
  app.add_option("--hidden", values.text, "")->group("");
  const DescribedCommand described = describe(app);
  EXPECT_EQ(described.name, "plstm-x");
  EXPECT_EQ(described.description, "Does things.");
  ASSERT_EQ(described.options.size(), 4u);
  EXPECT_THAT(described.options[0].names, ElementsAre("-o", "--output-dir"));
  EXPECT_EQ(described.options[0].kind, ValueKind::kFolder);
  EXPECT_EQ(described.options[0].value, "TEXT");
  EXPECT_EQ(described.options[0].most_values, 1u);
  EXPECT_TRUE(described.options[0].required);
  EXPECT_EQ(described.options[1].limits, "0 or more");
  EXPECT_EQ(described.options[2].kind, ValueKind::kChoice);
  EXPECT_THAT(described.options[2].choices, ElementsAre("a", "b"));
  EXPECT_EQ(described.options[2].default_value, "b");
  EXPECT_THAT(described.options[3].names, ElementsAre("--number"));
  EXPECT_EQ(described.options[3].group, "Later");
  EXPECT_EQ(described.options[3].kind, ValueKind::kNumber);
  EXPECT_EQ(described.options[3].limits, "1 to 1000");
  EXPECT_EQ(described.options[3].default_value, "4");
}

TEST(Described, FlagsAndNumbersOfValues) {
  Values values;
  CLI::App app("", "plstm-x");
  app.set_help_flag();
  CLI::Option* flag = app.add_flag("--flag", values.flag, "switch");
  app.add_flag("--yes,!--no-yes", values.yes, "on or off")->excludes(flag);
  app.add_option("--many", values.many, "several")->type_name("PATH ...");
  app.add_option("--three", values.three, "numbers")->expected(3)->needs(flag);
  app.add_option("--id-column", values.text, "no file");
  app.add_option("--file", values.text, "a file");
  app.add_option("names", values.many, "rest");
  const DescribedCommand described = describe(app);
  ASSERT_EQ(described.options.size(), 7u);
  EXPECT_EQ(described.options[0].kind, ValueKind::kNone);
  EXPECT_EQ(described.options[0].most_values, 0u);
  EXPECT_EQ(described.options[0].value, "");
  EXPECT_THAT(described.options[1].names, ElementsAre("--yes", "--no-yes"));
  EXPECT_THAT(described.options[1].excludes, ElementsAre("--flag"));
  EXPECT_EQ(described.options[2].value, "PATH") << "dots are said by the number of values";
  EXPECT_EQ(described.options[2].most_values, kManyValues);
  EXPECT_EQ(described.options[3].most_values, 3u);
  EXPECT_THAT(described.options[3].needs, ElementsAre("--flag"));
  EXPECT_EQ(described.options[4].kind, ValueKind::kWord);
  EXPECT_EQ(described.options[5].kind, ValueKind::kText);
  EXPECT_THAT(described.options[6].names, IsEmpty());
  EXPECT_EQ(described.options[6].value, "names");
}

TEST(Described, CommandsNotesAndExamples) {
  CLI::App app("", "plstm-x");
  CLI::App* learn = app.add_subcommand("learn", "Learn");
  learn->footer("Example: plstm-x learn\nThe folder then holds: a model.");
  app.add_subcommand("use", "Use")
      ->footer("What it is.\n\nExamples: plstm-x use: a\n          plstm-x use b");
  const DescribedCommand described = describe(app);
  ASSERT_EQ(described.commands.size(), 2u);
  EXPECT_EQ(described.commands[0].name, "learn");
  EXPECT_THAT(described.commands[0].examples, ElementsAre("plstm-x learn"));
  EXPECT_THAT(described.commands[0].notes, ElementsAre("The folder then holds: a model."));
  EXPECT_THAT(described.commands[1].notes, ElementsAre("What it is."));
  EXPECT_THAT(described.commands[1].examples, ElementsAre("plstm-x use: a", "plstm-x use b"));
}

}  // namespace
}  // namespace plstm::apps
