#include "support/terminal/completion.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/texts/text_programs.hpp"

namespace plstm::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// A program with two commands, of which a shell has only this description.
apps::DescribedCommand small_program() {
  const auto option = [](std::vector<std::string> names, apps::ValueKind kind, std::size_t most) {
    apps::DescribedOption option;
    option.names = std::move(names);
    option.kind = kind;
    option.most_values = most;
    option.value = most > 0 ? "TEXT" : "";
    option.description = "what it's for [a: b] \\c";
    option.group = "Options";
    return option;
  };
  apps::DescribedOption split = option({"--split", "--split-type"}, apps::ValueKind::kChoice, 1);
  split.choices = {"random", "scaffold"};
  apps::DescribedOption kinds = option({"-t"}, apps::ValueKind::kChoice, apps::kManyValues);
  kinds.choices = {"regression", "classification"};
  apps::DescribedCommand train{
      "train",
      "Train: learn it's [all]",
      {},
      {},
      {option({"-i", "--input"}, apps::ValueKind::kText, 1),
       option({"-o", "--output-dir"}, apps::ValueKind::kFolder, 1), split, kinds,
       option({"--epochs"}, apps::ValueKind::kNumber, 1), option({"--quiet"}, apps::ValueKind::kNone, 0)},
      {}};
  apps::DescribedCommand tune{"tune", "Tune", {}, {}, {option({"--minutes"}, apps::ValueKind::kNumber, 1)},
                              {}};
  return {"plstm-x", "", {}, {}, {option({"--version"}, apps::ValueKind::kNone, 0)}, {train, tune}};
}

class Completion : public TextPrograms {
 protected:
  void SetUp() override {
    write("data.csv", "");
    write("with blank.csv", "");
    std::filesystem::create_directory(path("folder"));
    write("x.bash", apps::bash_completion(small_program()));
    write("x.zsh", apps::zsh_completion(small_program()));
    write("x.fish", apps::fish_completion(small_program()));
  }

  // What bash offers after these words, of which the last is not finished. It divides them at = and at blanks.
  std::vector<std::string> in_bash(const std::string& words, const std::string& script = "x.bash",
                                   const std::string& function = "_plstm_x") const {
    const Outcome r = in_shell("bash --norc -c 'source " + script + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); " + function +
                               "; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done'");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(r.err, "");
    return lines_of(r.out);
  }

  std::vector<std::string> in_fish(const std::string& line, const std::string& script = "x.fish") const {
    const Outcome r =
        in_shell("HOME=$PWD fish --no-config -c 'source " + script + "; complete -C \"" + line + "\"'");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(r.err, "");
    std::vector<std::string> words = lines_of(r.out);
    for (std::string& word : words) word = word.substr(0, word.find('\t'));
    return words;
  }
};

TEST_F(Completion, BashOffersCommandsOptionsAndValues) {
  if (!has_tool("bash")) GTEST_SKIP() << "bash is not installed";
  EXPECT_THAT(in_shell("bash --norc -c 'source x.bash; complete -p plstm-x'").out,
              HasSubstr("complete -F _plstm_x plstm-x"));
  EXPECT_THAT(in_bash("plstm-x \"\""), ElementsAre("train", "tune"));
  EXPECT_THAT(in_bash("plstm-x tu"), ElementsAre("tune"));
  EXPECT_THAT(in_bash("plstm-x --"), ElementsAre("--version"));
  EXPECT_THAT(in_bash("plstm-x train --s"), ElementsAre("--split", "--split-type"));
  EXPECT_THAT(in_bash("plstm-x tune --"), ElementsAre("--minutes"));
  EXPECT_THAT(in_bash("plstm-x train --split \"\""), ElementsAre("random", "scaffold"));
  EXPECT_THAT(in_bash("plstm-x train --split-type s"), ElementsAre("scaffold"));
  EXPECT_THAT(in_bash("plstm-x train --split = s"), ElementsAre("scaffold")) << "--split=s";
  EXPECT_THAT(in_bash("plstm-x train --split ="), ElementsAre("random", "scaffold")) << "--split=";
  EXPECT_THAT(in_bash("plstm-x train -t regression cl"), ElementsAre("classification"));
  EXPECT_THAT(in_bash("plstm-x train --epochs \"\""), IsEmpty());
  EXPECT_THAT(in_bash("plstm-x train -i \"\""), IsSupersetOf({"data.csv", "with blank.csv", "folder"}));
  EXPECT_THAT(in_bash("plstm-x train -i w"), ElementsAre("with blank.csv"));
  EXPECT_THAT(in_bash("plstm-x train -o \"\""), ElementsAre("folder"));
  EXPECT_THAT(in_bash("plstm-x train --split random d"), ElementsAre("data.csv"))
      << "the option has its value, so this is an argument";
  EXPECT_THAT(in_bash("plstm-x train --quiet d"), ElementsAre("data.csv"));
  EXPECT_THAT(in_bash("plstm-x train -o train --m"), IsEmpty()) << "a value is no command";
}

TEST_F(Completion, FishOffersCommandsOptionsAndValues) {
  if (!has_tool("fish")) GTEST_SKIP() << "fish is not installed";
  EXPECT_THAT(in_fish("plstm-x t"), UnorderedElementsAre("train", "tune"));
  EXPECT_THAT(in_fish("plstm-x train --s"), UnorderedElementsAre("--split", "--split-type"));
  EXPECT_THAT(in_fish("plstm-x tune --"), Contains("--minutes"));
  EXPECT_THAT(in_fish("plstm-x tune --"), Not(Contains("--split")));
  EXPECT_THAT(in_fish("plstm-x train --split s"), ElementsAre("scaffold"));
  EXPECT_THAT(in_fish("plstm-x train --epochs "), IsEmpty());
  EXPECT_THAT(in_fish("plstm-x train -i da"), ElementsAre("data.csv"));
  EXPECT_THAT(in_fish("plstm-x train -o f"), ElementsAre("folder/"));
}

// Keys are sent to a shell on a terminal of its own, and what it then has on its line is read back.
TEST_F(Completion, ZshOffersCommandsOptionsAndValues) {
  if (!has_tool("zsh")) GTEST_SKIP() << "zsh is not installed";
  write("try.zsh",
        "zmodload zsh/zpty\n"
        "zpty shell 'TERM=dumb PS1= exec zsh -f -i'\n"
        "zpty -w shell 'autoload -Uz compinit && compinit -u -D && source ./x.zsh'\n"
        "zpty -w shell 'unsetopt beep list_ambiguous; unset zle_bracketed_paste'\n"
        "zpty -w shell 'plstm-x() { print -r \"<${(j:|:)@}>\" }'\n"
        "for line in 'plstm-x tun\t' 'plstm-x train --qu\t' 'plstm-x train --split sc\t' "
        "'plstm-x train -t regression cl\t' 'plstm-x train -i da\t' 'plstm-x train -o fo\t' "
        "'plstm-x tune --min\t'; do\n"
        "  zpty -w shell $line\n"
        "done\n"
        "zpty -w shell 'exit'\n"
        "while zpty -r shell text; do print -rn -- $text; done\n");
  const Outcome r = in_shell("zsh -f try.zsh");
  EXPECT_THAT(r.out, HasSubstr("<tune>"));
  EXPECT_THAT(r.out, HasSubstr("<train|--quiet>"));
  EXPECT_THAT(r.out, HasSubstr("<train|--split|scaffold>"));
  EXPECT_THAT(r.out, HasSubstr("<train|-t|regression|classification>"));
  EXPECT_THAT(r.out, HasSubstr("<train|-i|data.csv>"));
  EXPECT_THAT(r.out, AnyOf(HasSubstr("<train|-o|folder/>"), HasSubstr("<train|-o|folder>")));
  EXPECT_THAT(r.out, HasSubstr("<tune|--minutes>"));
}

// The scripts of the programs themselves: every command and every option is offered, and shells can read them.
TEST_F(Completion, OfThePrograms) {
  ASSERT_THAT(programs(), Not(IsEmpty()));
  for (const std::string& program : programs()) {
    for (const std::string shell : {"bash", "zsh", "fish"}) {
      const std::string script = program + "." + shell;
      const Outcome written = in_shell(program + " --completion " + shell + " > " + script);
      ASSERT_EQ(written.code, 0) << written.err;
      EXPECT_EQ(written.err, "");
      if (!has_tool(shell)) continue;
      const Outcome read = in_shell(shell + " -n " + script);
      EXPECT_EQ(read.code, 0) << script << read.err;
    }
    std::string function = "_" + program;
    std::ranges::replace(function, '-', '_');
    const std::vector<std::string> commands = commands_of(program);
    if (!commands.empty()) {
      EXPECT_THAT(in_bash(program + " \"\"", program + ".bash", function),
                  ::testing::ElementsAreArray(commands));
    }
    EXPECT_THAT(in_bash(program + " -", program + ".bash", function),
                ::testing::UnorderedElementsAreArray(options_of(program)));
    for (const std::string& command : commands) {
      EXPECT_THAT(in_bash(program + " " + command + " -", program + ".bash", function),
                  ::testing::UnorderedElementsAreArray(options_of(program + " " + command)))
          << command;
    }
  }
  const Outcome unknown = in_shell(programs().front() + " --completion csh");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("csh"));
}

}  // namespace
}  // namespace plstm::test
