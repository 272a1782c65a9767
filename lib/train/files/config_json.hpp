#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <plstm/core/named.hpp>

#include "core/files/json_values.hpp"

// Configurations as JSON objects. A configuration lists its settings once, for writing and reading: a
// function for_each(config, f) that calls f(name, member) for each of them, or f(name, member, table) for an
// enumerator that is written by its name. An optional member is written if it has a value, and may be missing.
//
// The JSON library stays in config_json.cpp: to compile it costs more than all else here. The templates without a body
// exist for the types that config_json.cpp lists.
namespace plstm {

/// The JSON value of a text that may come from anywhere. Throws FileError "<what>: ..." if it is no object, has a key
/// twice in one object, or is nested deeper than anything that we write.
nlohmann::ordered_json parse_json_object(std::string_view text, std::string_view what);

/// Throws FileError naming the first key that `known` lacks: a misspelt one would leave a setting at its default.
void check_keys(const nlohmann::ordered_json& object, std::span<const std::string_view> known);

/// The entry of that name as a T. Throws FileError naming it if it is missing or no T.
template <class T>
T read_entry(const nlohmann::ordered_json& object, const char* name);

class ConfigWriter {
 public:
  ConfigWriter();
  ~ConfigWriter();

  /// Throws ConfigError naming a number that is not finite.
  template <class T>
  void operator()(const char* name, const T& value);
  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value.has_value()) (*this)(name, *value);
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum value, const std::array<Named<Enum>, size>& table) {
    (*this)(name, std::string(name_of(table, value)));
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, const std::optional<Enum>& value,
                  const std::array<Named<Enum>, size>& table) {
    if (value.has_value()) (*this)(name, *value, table);
  }

  std::string text() const;

 private:
  std::unique_ptr<nlohmann::ordered_json> json_;
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

class ConfigReader {
 public:
  /// Throws FileError as parse_json_object.
  ConfigReader(std::string_view text, const OlderFiles& older);
  ~ConfigReader();

  template <class T>
  void operator()(const char* name, T& value) {
    read(name, [&](const nlohmann::ordered_json& from) { read_json(from, value); });
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) {
    if (has(name)) (*this)(name, value.emplace());
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, Enum& value, const std::array<Named<Enum>, size>& table) {
    read(name, [&](const nlohmann::ordered_json& from) {
      std::string text;
      read_json(from, text);
      value = parse_named(table, name, text);
    });
  }
  template <class Enum, std::size_t size>
  void operator()(const char* name, std::optional<Enum>& value, const std::array<Named<Enum>, size>& table) {
    if (has(name)) (*this)(name, value.emplace(), table);
  }

  /// Throws FileError naming the first setting that nobody has asked for.
  void check_all_read() const;

 private:
  bool has(const char* name);
  // The name under which the file has the setting.
  std::string_view name_in_file(std::string_view name) const;
  void read(const char* name, const std::function<void(const nlohmann::ordered_json&)>& read_value);

  std::unique_ptr<nlohmann::ordered_json> json_;
  OlderFiles older_;
  std::vector<std::string_view> names_ = {};  // that somebody has asked for
};

template <class Config, class ForEach>
std::string write_config(const Config& config, const ForEach& for_each) {
  ConfigWriter writer;
  for_each(config, writer);
  return writer.text();
}

/// Inverse of write_config. Throws FileError naming the setting that is missing, unknown or of the wrong kind.
template <class Config, class ForEach>
Config read_config(std::string_view text, const ForEach& for_each, const OlderFiles& older = {}) {
  ConfigReader reader(text, older);
  Config config;
  for_each(config, reader);
  reader.check_all_read();
  return config;
}

}  // namespace plstm
