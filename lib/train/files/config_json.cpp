#include "config_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>

#include "core/files/json_text.hpp"
#include "core/files/unique_json.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Json parse_json_object(std::string_view text, std::string_view what) {
  const auto fail = [&](const std::string& reason) { return FileError(fmt::format("{}: {}", what, reason)); };
  Json json;
  try {
    check_json_depth(text);
    json = parse_unique_json(text);
  } catch (const FileError& error) {
    throw fail(error.what());
  } catch (const Json::exception&) {
    throw fail("not a JSON object");
  }
  if (!json.is_object()) throw fail("not a JSON object");
  return json;
}

void check_keys(const Json& object, std::span<const std::string_view> known) {
  for (const auto& item : object.items()) {
    if (std::ranges::find(known, item.key()) == known.end()) {
      throw FileError(
          fmt::format("unknown entry '{}', expected one of {}", item.key(), fmt::join(known, ", ")));
    }
  }
}

template <class T>
T read_entry(const Json& object, const char* name) {
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

ConfigWriter::ConfigWriter() : json_(std::make_unique<Json>(Json::object())) {}
ConfigWriter::~ConfigWriter() = default;

template <class T>
void ConfigWriter::operator()(const char* name, const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) {
      throw ConfigError(
          fmt::format("model configuration: '{}' is {}, expected a finite number", name, value));
    }
  }
  (*json_)[name] = value;
}

std::string ConfigWriter::text() const {
  return json_text(*json_, 2);
}

ConfigReader::ConfigReader(std::string_view text, const OlderFiles& older)
    : json_(std::make_unique<Json>(parse_json_object(text, "model configuration"))), older_(older) {}
ConfigReader::~ConfigReader() = default;

bool ConfigReader::has(const char* name) {
  names_.push_back(name);
  return json_->contains(name);
}

std::string_view ConfigReader::name_in_file(std::string_view name) const {
  if (json_->contains(name)) return name;
  const auto found = std::ranges::find(older_.former_names, name, &FormerName::name);
  return found == older_.former_names.end() || !json_->contains(found->former) ? name : found->former;
}

void ConfigReader::read(const char* name, const std::function<void(const Json&)>& read_value) {
  const std::string_view key = name_in_file(name);
  names_.push_back(key);
  if (!json_->contains(key)) {
    if (std::ranges::find(older_.optional, name) != older_.optional.end()) return;
    throw FileError(fmt::format("model configuration: '{}' is missing", name));
  }
  try {
    read_value(json_->at(std::string(key)));
  } catch (const std::exception& error) {
    throw FileError(fmt::format("model configuration: '{}': {}", name, error.what()));
  }
}

void ConfigReader::check_all_read() const {
  for (const auto& item : json_->items()) {
    if (std::ranges::find(names_, item.key()) == names_.end())
      throw FileError(fmt::format("model configuration: unknown setting '{}'", item.key()));
  }
}

// The types that settings have.
#define PLSTM_SETTING_TYPE(...)                                           \
  template __VA_ARGS__ read_entry<__VA_ARGS__>(const Json&, const char*); \
  template void ConfigWriter::operator()<__VA_ARGS__>(const char*, const __VA_ARGS__&)

PLSTM_SETTING_TYPE(bool);
PLSTM_SETTING_TYPE(std::int32_t);
PLSTM_SETTING_TYPE(std::int64_t);
PLSTM_SETTING_TYPE(std::size_t);
PLSTM_SETTING_TYPE(float);
PLSTM_SETTING_TYPE(double);
PLSTM_SETTING_TYPE(std::string);
PLSTM_SETTING_TYPE(std::vector<std::uint8_t>);
PLSTM_SETTING_TYPE(std::vector<std::int32_t>);
PLSTM_SETTING_TYPE(std::vector<double>);
PLSTM_SETTING_TYPE(std::vector<std::string>);
PLSTM_SETTING_TYPE(std::vector<std::vector<std::string>>);

}  // namespace plstm
