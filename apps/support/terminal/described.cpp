#include "support/terminal/described.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace plstm::apps {
namespace {

std::vector<std::string> divided(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// CLI11 puts together the type of an option and what its checks say of themselves: "TEXT:{csv,tsv}", "FLOAT:NONNEGATIVE",
// "INT:INT in [1 - 1000]".
void describe_value(const std::string& type_name, DescribedOption& described) {
  const std::size_t colon = type_name.find(':');
  described.value = type_name.substr(0, colon);
  while (described.value.ends_with(" ...") || described.value.ends_with(' ')) {  // said by most_values
    described.value.resize(described.value.find_last_not_of(" .") + 1);
  }
  const std::string check = colon == std::string::npos ? "" : type_name.substr(colon + 1);
  const auto ends_with = [&](std::string_view end) {
    return std::ranges::any_of(described.names, [=](const std::string& name) { return name.ends_with(end); });
  };
  if (check.starts_with('{') && check.ends_with('}')) {
    described.kind = ValueKind::kChoice;
    described.choices = divided(std::string_view(check).substr(1, check.size() - 2), ',');
  } else if (described.value == "INT" || described.value == "UINT" || described.value == "FLOAT") {
    described.kind = ValueKind::kNumber;
    const std::size_t open = check.find(" in [");
    const std::size_t dash = check.find(" - ");
    if (check == "NONNEGATIVE") {
      described.limits = "0 or more";
    } else if (check == "POSITIVE") {
      described.limits = "more than 0";
    } else if (open != std::string::npos && dash != std::string::npos && check.ends_with(']')) {
      described.limits =
          check.substr(open + 5, dash - open - 5) + " to " + check.substr(dash + 3, check.size() - dash - 4);
    } else {
      described.limits = check;
    }
  } else if (ends_with("-dir")) {
    described.kind = ValueKind::kFolder;
  } else if (ends_with("-column") || ends_with("-columns")) {
    described.kind = ValueKind::kWord;
  } else {
    described.kind = ValueKind::kText;
  }
}

std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) names.push_back(option->get_name());
  std::ranges::sort(names);
  return names;
}

DescribedOption describe_option(const CLI::Option& option) {
  DescribedOption described;
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  described.most_values =
      std::min(static_cast<std::size_t>(std::max(option.get_items_expected_max(), 0)), kManyValues);
  if (described.most_values > 0) describe_value(option.get_type_name(), described);
  if (option.get_positional() && described.names.empty()) described.value = option.get_name(true);
  described.description = option.get_description();
  described.default_value = option.get_default_str();
  described.group = option.get_group();
  described.needs = names_of(option.get_needs());
  described.excludes = names_of(option.get_excludes());
  described.required = option.get_required();
  return described;
}

// The end of a help has paragraphs and examples: "Example: ..." in one line, or "Examples: ..." with those below it that
// are indented.
void describe_footer(const std::string& footer, DescribedCommand& described) {
  bool examples = false;
  for (const std::string& line : divided(footer, '\n')) {
    const std::size_t text = line.find_first_not_of(' ');
    if (text == std::string::npos) continue;
    examples = line.starts_with("Example") || (examples && text > 0);
    if (!examples) {
      described.notes.push_back(line.substr(text));
    } else {
      const std::size_t colon = text == 0 ? line.find(": ") : std::string::npos;
      described.examples.push_back(line.substr(colon == std::string::npos ? text : colon + 2));
    }
  }
}

}  // namespace

DescribedCommand describe(const CLI::App& app) {
  DescribedCommand described;
  described.name = app.get_name();
  described.description = app.get_description();
  describe_footer(app.get_footer(), described);
  // As the help has it: group after group, in the order in which they were begun.
  std::vector<std::string> groups;
  const std::vector<const CLI::Option*> options = app.get_options();
  for (const CLI::Option* option : options) {
    if (std::ranges::find(groups, option->get_group()) == groups.end()) groups.push_back(option->get_group());
  }
  for (const std::string& group : groups) {
    for (const CLI::Option* option : options) {
      if (!group.empty() && option->get_group() == group)
        described.options.push_back(describe_option(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    if (!command->get_group().empty()) described.commands.push_back(describe(*command));
  }
  return described;
}

}  // namespace plstm::apps
