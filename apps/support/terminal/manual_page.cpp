#include "support/terminal/manual_page.hpp"

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plstm::apps {
namespace {

// Text that roff prints as it stands. Its quotes and dashes would become those of printed books, and a full stop at the
// beginning of a line a request.
std::string escaped(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '`':
        roff += "\\(ga";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      case '"':
        roff += "\\(dq";
        break;
      default:
        roff += c;
    }
  }
  return roff.starts_with('.') ? "\\&" + roff : roff;
}

std::string bold(std::string_view text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + escaped(text) + "\\fR";
}

// With its full stop.
std::string sentence(std::string_view text) {
  const bool whole = text.empty() || text.ends_with('.') || text.ends_with('?');
  return std::string(text) + (whole ? "" : ".");
}

// As it stands after the dash of a page's name.
std::string without_capital(std::string_view text) {
  std::string changed(text.substr(0, text.ends_with('.') ? text.size() - 1 : text.size()));
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  const bool word = changed.size() > 1 && (lower(changed[1]) || changed[1] == ' ');
  if (word) changed[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(changed[0])));
  return changed;
}

// A list without blanks may be longer than a line: it is divided after its commas.
std::string divisible(std::string roff) {
  for (std::size_t at = 0; (at = roff.find(',', at)) != std::string::npos; at += 3)
    roff.insert(at + 1, "\\:");
  return roff;
}

std::string value_of(const DescribedOption& option) {
  std::string text = option.value;
  if (option.kind == ValueKind::kChoice) text = fmt::format("{{{}}}", fmt::join(option.choices, ","));
  if (option.most_values == kManyValues) return divisible(italic(text)) + " ...";
  for (std::size_t i = 1; i < option.most_values; ++i) text += " " + option.value;
  return divisible(italic(text));
}

std::string head_of(const DescribedOption& option) {
  std::string head;
  for (const std::string& name : option.names) head += (head.empty() ? "" : ", ") + bold(name);
  if (option.most_values > 0) head += (head.empty() ? "" : " ") + value_of(option);
  return head;
}

std::string text_of(const DescribedOption& option) {
  std::string text = escaped(sentence(option.description));
  if (!option.limits.empty()) text += "\nNumbers: " + escaped(option.limits) + ".";
  if (!option.default_value.empty()) text += "\nDefault: " + divisible(escaped(option.default_value)) + ".";
  if (option.required) text += "\nRequired.";
  const auto list = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + bold(name);
    return text;
  };
  if (!option.needs.empty()) text += "\nOnly with " + list(option.needs) + ".";
  if (!option.excludes.empty()) text += "\nNot with " + list(option.excludes) + ".";
  return text;
}

std::string options_section(const DescribedCommand& command) {
  std::string page = ".SH OPTIONS\n";
  std::string group = "Options";
  for (const DescribedOption& option : command.options) {
    if (option.group != group) {
      group = option.group;
      page += ".SS " + escaped(group) + "\n";
    }
    page += ".TP\n" + head_of(option) + "\n" + text_of(option) + "\n";
  }
  return page;
}

// Required options stand in the synopsis, the others are "options".
std::string synopsis(const std::string& command_line, const DescribedCommand& command) {
  std::string page = ".SH SYNOPSIS\n" + bold(command_line) + "\n";
  for (const DescribedOption& option : command.options) {
    if (option.required && !option.names.empty()) {
      page += bold(option.names.front()) + " " + value_of(option) + "\n";
    }
  }
  page += "[" + italic("options") + "]\n";
  for (const DescribedOption& option : command.options) {
    if (!option.names.empty()) continue;
    page += option.required ? value_of(option) + "\n" : "[" + value_of(option) + "]\n";
  }
  if (!command.commands.empty()) page += italic("command") + " ...\n";
  return page;
}

std::string head(const std::string& name, const DescribedCommand& command, const Release& release) {
  // Lines are not stretched to one width, as lists of choices leave wide gaps.
  return fmt::format(".TH {} 1 {} \"plstm {}\" \"plstm\"\n.ad l\n.SH NAME\n{} \\- {}\n", escaped(name),
                     release.date, escaped(release.version), escaped(name),
                     escaped(without_capital(command.description)));
}

std::string description(const DescribedCommand& command) {
  std::string page = ".SH DESCRIPTION\n" + escaped(sentence(command.description)) + "\n";
  for (const std::string& note : command.notes) page += ".PP\n" + escaped(note) + "\n";
  return page;
}

std::string examples(const DescribedCommand& command) {
  if (command.examples.empty()) return "";
  std::string page = ".SH EXAMPLES\n";
  for (std::size_t i = 0; i < command.examples.size(); ++i) {
    page += (i == 0 ? "" : ".PP\n") + bold(command.examples[i]) + "\n";
  }
  return page;
}

constexpr const char* kExitStatus =
    ".SH EXIT STATUS\n"
    ".TP\n0\nSuccess.\n"
    ".TP\n1\nAn error, which a line on standard error describes.\n"
    ".TP\n2\nArguments that make no sense.\n"
    ".TP\n130, 143\nStopped in order by Ctrl\\-C or by SIGTERM.\n";

std::string page_name(const DescribedCommand& program, const DescribedCommand& command) {
  return program.name + "-" + command.name;
}

}  // namespace

std::string manual_page(const DescribedCommand& program, const Release& release) {
  std::string page = head(program.name, program, release) + synopsis(program.name, program);
  page += description(program);
  if (!program.commands.empty()) {
    page += ".SH COMMANDS\nEach command has a page of its own.\n";
    for (const DescribedCommand& command : program.commands) {
      page += ".TP\n" + bold(page_name(program, command)) + "(1)\n" + escaped(sentence(command.description)) +
              "\n";
    }
  }
  page += options_section(program) + examples(program) + kExitStatus;
  return page;
}

std::string manual_page(const DescribedCommand& program, const DescribedCommand& command,
                        const Release& release) {
  std::string page = head(page_name(program, command), command, release);
  page += synopsis(program.name + " " + command.name, command);
  page += description(command) + options_section(command) + examples(command) + kExitStatus;
  page += ".SH SEE ALSO\n" + bold(program.name) + "(1)";
  for (const DescribedCommand& other : program.commands) {
    if (other.name != command.name) page += ",\n" + bold(page_name(program, other)) + "(1)";
  }
  return page + "\n";
}

}  // namespace plstm::apps
