#include "support/terminal/manual_page.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/texts/text_programs.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const apps::Release kRelease{"1.2.3", "2026-01-31"};

TEST(ManualPage, HasTheSectionsOfACommand) {
  apps::DescribedCommand learn{"learn", "Learn from a file", {"It takes long."}, {"plstm-x learn -i a"}, {},
                               {}};
  apps::DescribedOption input;
  input.names = {"-i", "--input"};
  input.value = "TEXT";
  input.kind = apps::ValueKind::kText;
  input.most_values = 1;
  input.description = "file to read";
  input.group = "Options";
  input.required = true;
  apps::DescribedOption rate = input;
  rate.names = {"--rate"};
  rate.value = "FLOAT";
  rate.kind = apps::ValueKind::kNumber;
  rate.limits = "0 or more";
  rate.default_value = "0.5";
  rate.required = false;
  rate.group = "Training";
  rate.excludes = {"--epochs"};
  learn.options = {input, rate};
  const apps::DescribedCommand use{"use", "Use it", {}, {}, {}, {}};
  const apps::DescribedCommand program{"plstm-x", "Does things.", {}, {}, {}, {learn, use}};
  EXPECT_EQ(apps::manual_page(program, learn, kRelease),
            ".TH plstm\\-x\\-learn 1 2026-01-31 \"plstm 1.2.3\" \"plstm\"\n.ad l\n"
            ".SH NAME\nplstm\\-x\\-learn \\- learn from a file\n"
            ".SH SYNOPSIS\n\\fBplstm\\-x learn\\fR\n\\fB\\-i\\fR \\fITEXT\\fR\n[\\fIoptions\\fR]\n"
            ".SH DESCRIPTION\nLearn from a file.\n.PP\nIt takes long.\n"
            ".SH OPTIONS\n"
            ".TP\n\\fB\\-i\\fR, \\fB\\-\\-input\\fR \\fITEXT\\fR\nfile to read.\nRequired.\n"
            ".SS Training\n"
            ".TP\n\\fB\\-\\-rate\\fR \\fIFLOAT\\fR\nfile to read.\nNumbers: 0 or more.\nDefault: 0.5.\n"
            "Not with \\fB\\-\\-epochs\\fR.\n"
            ".SH EXAMPLES\n\\fBplstm\\-x learn \\-i a\\fR\n"
            ".SH EXIT STATUS\n.TP\n0\nSuccess.\n.TP\n1\nAn error, which a line on standard error describes.\n"
            ".TP\n2\nArguments that make no sense.\n"
            ".TP\n130, 143\nStopped in order by Ctrl\\-C or by SIGTERM.\n"
            ".SH SEE ALSO\n\\fBplstm\\-x\\fR(1),\n\\fBplstm\\-x\\-use\\fR(1)\n");
  const std::string page = apps::manual_page(program, kRelease);
  EXPECT_THAT(page, HasSubstr(".SH NAME\nplstm\\-x \\- does things\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fBplstm\\-x\\-learn\\fR(1)\nLearn from a file.\n"));
  EXPECT_THAT(page, HasSubstr("\n\\fIcommand\\fR ...\n"));
}

// What roff takes for requests, escapes, and quotes of printed books.
TEST(ManualPage, TextStaysAsItIs) {
  apps::DescribedCommand program{"plstm-x", ".npy 'a' `b` \"c\" \\d ^e ~f g-h", {}, {}, {}, {}};
  const std::string page = apps::manual_page(program, kRelease);
  EXPECT_THAT(
      page,
      HasSubstr(".SH DESCRIPTION\n\\&.npy \\(aqa\\(aq \\(gab\\(ga \\(dqc\\(dq \\ed \\(hae \\(tif g\\-h.\n"));
}

class ManualPages : public TextPrograms {};

TEST_F(ManualPages, HaveEveryCommandAndEveryOption) {
  ASSERT_THAT(programs(), Not(IsEmpty()));
  int commands = 0;
  for (const std::string& program : programs()) {
    const Outcome page = in_shell(program + " --manual");
    ASSERT_EQ(page.code, 0) << program << page.err;
    EXPECT_EQ(page.err, "");
    const auto expect_options = [&](const std::string& call, const std::string& text) {
      const std::vector<std::string> options = options_of(call);
      EXPECT_THAT(options, Not(IsEmpty())) << call;
      for (std::string option : options) {
        std::string escaped;
        for (const char c : option) escaped += c == '-' ? std::string("\\-") : std::string(1, c);
        EXPECT_THAT(text, HasSubstr("\\fB" + escaped + "\\fR")) << call;
      }
    };
    expect_options(program, page.out);
    for (const std::string& command : commands_of(program)) {
      ++commands;
      const Outcome own = in_shell(program + " --manual " + command);
      ASSERT_EQ(own.code, 0) << command << own.err;
      std::string name;
      for (const char c : program + "-" + command) name += c == '-' ? std::string("\\-") : std::string(1, c);
      EXPECT_THAT(own.out, StartsWith(".TH " + name + " 1 "));
      EXPECT_THAT(page.out, HasSubstr("\\fB" + name + "\\fR(1)"));
      expect_options(program + " " + command, own.out);
    }
  }
  EXPECT_GE(commands, 10);
}

TEST_F(ManualPages, AreWithoutMistakesOfRoff) {
  const std::string groff = "groff -man -ww -z -Tutf8 ";
  const std::string mandoc = "mandoc -T lint -W warning ";
  if (!has_tool("groff") && !has_tool("mandoc")) GTEST_SKIP() << "neither groff nor mandoc is installed";
  for (const std::string& program : programs()) {
    ASSERT_EQ(in_shell(program + " --texts-dir share").code, 0);
    ASSERT_THAT(names_in("share/man/man1"), ::testing::Contains(program + ".1"));
    for (const std::string& page : names_in("share/man/man1")) {
      for (const std::string& check : {groff, mandoc}) {
        if (!has_tool(check.substr(0, check.find(' ')))) continue;
        const Outcome checked = in_shell(check + "share/man/man1/" + page);
        EXPECT_EQ(checked.out + checked.err, "") << check << page;
      }
    }
    std::filesystem::remove_all(path("share"));
  }
}

TEST_F(ManualPages, AreReadWithMan) {
  if (!has_tool("man") || !has_tool("col")) GTEST_SKIP() << "man or col is not installed";
  for (const std::string& program : programs()) {
    const Outcome shown = in_shell(program + " --manual > page.1 && MANWIDTH=80 man -l page.1 | col -b");
    ASSERT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("--completion {bash,zsh,fish}"));
  }
}

}  // namespace
}  // namespace plstm::test
