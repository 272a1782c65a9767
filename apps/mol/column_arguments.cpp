#include "column_arguments.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm::mol {
namespace {

// "NAME=NUMBER". The name may hold a =, the number does not.
struct Assignment {
  std::string name, number;
};

Assignment split_assignment(const std::string& text) {
  const std::size_t place = text.rfind('=');
  if (place == std::string::npos) return {text, ""};
  return {text.substr(0, place), text.substr(place + 1)};
}

// Absent for a text that is no number.
std::optional<double> number_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (is_missing(text)) return std::numeric_limits<double>::quiet_NaN();
  try {
    return parse_double(text);
  } catch (const FileError&) {
    return std::nullopt;
  }
}

bool is_column(const FeaturizeOptions& options, const std::string& name) {
  return std::ranges::find(options.columns, name) != options.columns.end();
}

}  // namespace

void add_descriptor_flag(CLI::App& app, InputOptions& input) {
  app.add_option("--descriptors", input.descriptors,
                 "NAME=NUMBER of a column that the model reads beside the molecule, such as temperature=300: "
                 "for all SMILES that are given instead of a file, whose columns have these names")
      ->type_name("NAME=NUMBER")
      ->allow_extra_args(false);
}

std::vector<double> column_arguments(std::string_view command, const InputOptions& input,
                                     const FeaturizeOptions& options, std::vector<std::string>& smiles) {
  if (!input.path.empty()) {
    if (input.descriptors.empty()) return {};
    throw ConfigError(fmt::format(
        "{}: --descriptors is for SMILES as arguments; the rows of {} have these numbers in their columns",
        command, input.path.string()));
  }
  std::vector<std::string> texts = input.descriptors;
  std::erase_if(smiles, [&](const std::string& text) {
    const Assignment assignment = split_assignment(text);
    const bool is_number = is_column(options, assignment.name) && number_of(assignment.number).has_value();
    if (is_number) texts.push_back(text);
    return is_number;
  });
  if (smiles.empty()) throw ConfigError(fmt::format("{}: there is no SMILES beside the columns", command));
  std::vector<std::optional<double>> values(options.columns.size());
  for (const std::string& text : texts) {
    const Assignment assignment = split_assignment(text);
    const auto column = std::ranges::find(options.columns, assignment.name);
    if (column == options.columns.end()) {
      throw ConfigError(fmt::format(
          "{}: --descriptors {}: the model reads no column '{}' beside the molecule; it reads {}", command,
          text, assignment.name,
          options.columns.empty() ? "none" : fmt::format("{}", fmt::join(options.columns, ", "))));
    }
    const std::optional<double> number = number_of(assignment.number);
    if (!number.has_value()) {
      throw ConfigError(fmt::format("{}: --descriptors {}: expected NAME=NUMBER, such as {}=300", command,
                                    text, assignment.name));
    }
    values[static_cast<std::size_t>(column - options.columns.begin())] = number;
  }
  std::vector<double> numbers;
  std::string missing;
  for (std::size_t i = 0; i < values.size(); ++i) {
    numbers.push_back(values[i].value_or(0));
    if (!values[i].has_value()) missing += fmt::format(" --descriptors '{}=NUMBER'", options.columns[i]);
  }
  if (!missing.empty()) {
    throw ConfigError(fmt::format("{}: the model reads {} beside the molecule; say{}", command,
                                  fmt::join(options.columns, ", "), missing));
  }
  return numbers;
}

}  // namespace plstm::mol
