#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

// Configurations as JSON objects. `for_each_setting(config, f)` calls f(name, member) for every setting, so
// that writing and reading cannot disagree.
namespace plstm {

/// `write(member)` makes a JSON value of a member.
template <class Config, class Settings, class Write>
std::string settings_to_json(const Config& config, const Settings& for_each_setting, const Write& write) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for_each_setting(config, [&](const char* name, const auto& value) { json[name] = write(value); });
  return json.dump(2);
}

/// `read(json, member)` sets a member. Settings in `added_later` may be missing: they keep their default.
/// Throws FileError naming the setting that is missing, unknown or cannot be read.
template <class Config, class Settings, class Read>
Config settings_from_json(std::string_view text, const Settings& for_each_setting, const Read& read,
                          std::span<const std::string_view> added_later = {}) {
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object()) throw FileError("model configuration: not a JSON object");
  Config config;
  std::size_t known = 0;
  for_each_setting(config, [&](const char* name, auto& value) {
    if (!json.contains(name)) {
      if (std::ranges::find(added_later, name) != added_later.end()) return;
      throw FileError(fmt::format("model configuration: '{}' is missing", name));
    }
    try {
      read(json.at(name), value);
    } catch (const std::exception& error) {
      throw FileError(fmt::format("model configuration: '{}': {}", name, error.what()));
    }
    ++known;
  });
  if (known == json.size()) return config;
  for (const auto& item : json.items()) {
    bool found = false;
    for_each_setting(config, [&](const char* name, const auto&) { found = found || item.key() == name; });
    if (!found) throw FileError(fmt::format("model configuration: unknown setting '{}'", item.key()));
  }
  return config;
}

}  // namespace plstm
