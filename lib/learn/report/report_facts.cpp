#include "plstm/learn/report/report_facts.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/learn/plots/number_format.hpp>
#include <plstm/learn/report/unit_in.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

// A list of a few entries, without brackets.
std::string list_text(const Json& list) {
  std::string text;
  for (const Json& entry : list) {
    text += (text.empty() ? "" : ", ") + (entry.is_string() ? entry.get<std::string>() : json_text(entry));
  }
  return text;
}

void add_settings(const Json& json, const std::string& group, std::span<const std::string_view> said,
                  std::vector<ReportFact>& settings) {
  constexpr std::size_t kLongest = 16;  // entries of a list
  for (const auto& [key, value] : json.items()) {
    if (group.empty() && std::ranges::find(said, std::string_view(key)) != said.end()) continue;
    std::string name = group.empty() ? key : group + " " + key;
    std::ranges::replace(name, '_', ' ');
    if (value.is_object()) {
      add_settings(value, name, said, settings);
    } else if (value.is_boolean()) {
      settings.push_back({name, value.get<bool>() ? "yes" : "no"});
    } else if (value.is_array()) {
      if (!value.empty() && value.size() <= kLongest) settings.push_back({name, list_text(value)});
    } else if (!value.is_null() && value != "") {
      settings.push_back({name, value.is_string() ? value.get<std::string>() : json_text(value)});
    }
  }
}

}  // namespace

std::vector<ReportTarget> report_targets(const std::vector<std::string>& names,
                                         const std::vector<Task>& tasks) {
  std::vector<ReportTarget> targets;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const bool number = tasks[i].type == TaskType::kRegression;
    targets.push_back({names[i], number ? unit_in(names[i]) : "", tasks[i]});
  }
  return targets;
}

std::vector<ReportFact> settings_facts(const std::string& config, std::span<const std::string_view> said) {
  const Json json = try_parse_json(config);
  if (!json.is_object()) throw ConfigError("report: the configuration is no JSON object");
  std::vector<ReportFact> settings;
  add_settings(json, "", said, settings);
  return settings;
}

std::vector<ReportFact> model_facts(const std::filesystem::path& path, const std::string& rows) {
  std::vector<ReportFact> facts{{"Model", path.string()}};
  std::optional<RunManifest> manifest;
  if (std::filesystem::is_directory(path)) manifest = read_run_manifest(path);
  if (!manifest) return facts;
  facts.push_back(
      {"Learnt from", fmt::format("{} ({} {})", manifest->data_path, format_count(manifest->rows), rows)});
  facts.push_back(
      {"SHA-256 of its data", manifest->data_sha256.empty() ? "not known" : manifest->data_sha256});
  facts.push_back({"Trained (UTC)", manifest->date});
  facts.push_back({"Seed", fmt::to_string(manifest->seed)});
  facts.push_back({"Trained by", manifest->version});
  return facts;
}

std::string members_text(const RunManifest& manifest) {
  if (!manifest.stopped) return fmt::to_string(manifest.members);
  return fmt::format("{} of {}: the training was stopped, and these are as good as they were then",
                     manifest.members, manifest.planned_members);
}

std::string kinds_text(std::span<const TaskType> types) {
  std::vector<std::string_view> names;
  for (const TaskType type : types) names.push_back(name(type));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string names_text(std::span<const std::string> names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace plstm
