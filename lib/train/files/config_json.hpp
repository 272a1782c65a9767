#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>

// Configurations as JSON objects. A configuration lists its settings once, for writing and reading: a
// function for_each(config, f) that calls f(name, member) for each of them, or f(name, member, table) for an
// enumerator that is written by its name. An optional member is written if it has a value, and may be missing.
namespace plstm {

struct ConfigWriter {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();

  template <class T>
  void operator()(const char* name, const T& value) {
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

struct ConfigReader {
  nlohmann::ordered_json json;
  std::span<const std::string_view> optional;
  std::vector<std::string_view> names = {};

  template <class T>
  void operator()(const char* name, T& value) {
    read(name, [&](const nlohmann::ordered_json& from) { value = from.get<T>(); });
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) {
    if (!json.contains(name)) {
      names.push_back(name);
      return;
    }
    read(name, [&](const nlohmann::ordered_json& from) { value = from.get<T>(); });
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum& value, const std::array<Named<Enum>, size>& table) {
    read(name, [&](const nlohmann::ordered_json& from) {
      value = parse_named(table, name, from.get<std::string>());
    });
  }

 private:
  template <class Read>
  void read(const char* name, const Read& read_value) {
    names.push_back(name);
    if (!json.contains(name)) {
      if (std::ranges::find(optional, name) != optional.end()) return;
      throw FileError(fmt::format("model configuration: '{}' is missing", name));
    }
    try {
      read_value(json.at(name));
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

/// Inverse of write_config. Settings that `optional` names may be missing: they keep their default. Throws
/// FileError naming the setting that is missing, unknown or of the wrong kind.
template <class Config, class ForEach>
Config read_config(std::string_view text, const ForEach& for_each,
                   std::span<const std::string_view> optional = {}) {
  ConfigReader reader{nlohmann::ordered_json::parse(text, nullptr, false), optional};
  if (!reader.json.is_object()) throw FileError("model configuration: not a JSON object");
  Config config;
  for_each(config, reader);
  for (const auto& item : reader.json.items()) {
    if (std::ranges::find(reader.names, item.key()) == reader.names.end())
      throw FileError(fmt::format("model configuration: unknown setting '{}'", item.key()));
  }
  return config;
}

}  // namespace plstm
