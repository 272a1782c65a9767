#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/named.hpp>

#include "core/files/json_values.hpp"

// Configurations as JSON objects. A configuration lists its settings once, for writing and reading: a
// function for_each(config, f) that calls f(name, member) for each of them, or f(name, member, table) for an
// enumerator that is written by its name. An optional member is written if it has a value, and may be missing.
namespace plstm {

/// The JSON value of a text that may come from anywhere. Throws FileError "<what>: ..." if it is no object, has a key
/// twice in one object, or is nested deeper than anything that we write.
inline nlohmann::ordered_json parse_json_object(std::string_view text, std::string_view what) {
  using Json = nlohmann::ordered_json;
  const auto fail = [&](const std::string& reason) { return FileError(fmt::format("{}: {}", what, reason)); };
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check_once = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw fail(fmt::format("'{}' stands there twice", value.get<std::string>()));
    }
    return true;
  };
  try {
    check_json_depth(text);
  } catch (const FileError& error) {
    throw fail(error.what());
  }
  Json json = Json::parse(text, check_once, false);
  if (!json.is_object()) throw fail("not a JSON object");
  return json;
}

/// Throws FileError naming the first key that `known` lacks: a misspelt one would leave a setting at its default.
inline void check_keys(const nlohmann::ordered_json& object, std::span<const std::string_view> known) {
  for (const auto& item : object.items()) {
    if (std::ranges::find(known, item.key()) == known.end()) {
      throw FileError(
          fmt::format("unknown entry '{}', expected one of {}", item.key(), fmt::join(known, ", ")));
    }
  }
}

/// The entry of that name as a T. Throws FileError naming it if it is missing or no T.
template <class T>
T read_entry(const nlohmann::ordered_json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end())
    throw FileError(fmt::format("its description is damaged: '{}' is missing", name));
  try {
    T value{};
    read_json(*found, value);
    return value;
  } catch (const FileError& error) {
    throw FileError(fmt::format("'{}': {}", name, error.what()));
  }
}

struct ConfigWriter {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();

  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) {
        throw ConfigError(
            fmt::format("model configuration: '{}' is {}, expected a finite number", name, value));
      }
    }
    json[name] = value;
  }
  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value.has_value()) json[name] = *value;
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum value, const std::array<Named<Enum>, size>& table) {
    json[name] = std::string(name_of(table, value));
  }
};

/// A setting that files of before have under another name.
struct FormerName {
  std::string_view name;
  std::string_view former;
};

/// What files of before may have otherwise.
struct OlderFiles {
  std::span<const std::string_view> optional = {};  ///< settings that may be missing: they keep their default
  std::span<const FormerName> former_names = {};
};

struct ConfigReader {
  nlohmann::ordered_json json;
  OlderFiles older;
  std::vector<std::string_view> names = {};

  template <class T>
  void operator()(const char* name, T& value) {
    read(name, [&](const nlohmann::ordered_json& from) { read_json(from, value); });
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) {
    if (!json.contains(name)) {
      names.push_back(name);
      return;
    }
    read(name, [&](const nlohmann::ordered_json& from) { read_json(from, value.emplace()); });
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum& value, const std::array<Named<Enum>, size>& table) {
    read(name, [&](const nlohmann::ordered_json& from) {
      std::string text;
      read_json(from, text);
      value = parse_named(table, name, text);
    });
  }

 private:
  // The name under which the file has the setting.
  std::string_view name_in_file(std::string_view name) const {
    if (json.contains(name)) return name;
    const auto found = std::ranges::find(older.former_names, name, &FormerName::name);
    return found == older.former_names.end() || !json.contains(found->former) ? name : found->former;
  }

  template <class Read>
  void read(const char* name, const Read& read_value) {
    const std::string_view key = name_in_file(name);
    names.push_back(key);
    if (!json.contains(key)) {
      if (std::ranges::find(older.optional, name) != older.optional.end()) return;
      throw FileError(fmt::format("model configuration: '{}' is missing", name));
    }
    try {
      read_value(json.at(std::string(key)));
    } catch (const std::exception& error) {
      throw FileError(fmt::format("model configuration: '{}': {}", name, error.what()));
    }
  }
};

template <class Config, class ForEach>
std::string write_config(const Config& config, const ForEach& for_each) {
  ConfigWriter writer;
  for_each(config, writer);
  return writer.json.dump(2);
}

/// Inverse of write_config. Throws FileError naming the setting that is missing, unknown or of the wrong kind.
template <class Config, class ForEach>
Config read_config(std::string_view text, const ForEach& for_each, const OlderFiles& older = {}) {
  ConfigReader reader{parse_json_object(text, "model configuration"), older};
  Config config;
  for_each(config, reader);
  for (const auto& item : reader.json.items()) {
    if (std::ranges::find(reader.names, item.key()) == reader.names.end())
      throw FileError(fmt::format("model configuration: unknown setting '{}'", item.key()));
  }
  return config;
}

}  // namespace plstm
