#pragma once

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

#include "core/files/json_values.hpp"

namespace plstm {

/// A JSON object of at most kMostJsonDepth levels. Throws FileError, or what nlohmann's parser throws.
nlohmann::ordered_json parse_object(std::string_view text);

/// Reads the entry of that name as it stands: a number is not rounded or cut. Throws FileError naming the entry that is
/// missing or of another kind.
template <class T>
void take_entry(const nlohmann::ordered_json& object, const char* name, T& value) {
  const auto found = object.find(name);
  if (found == object.end()) throw FileError(fmt::format("'{}' is missing", name));
  try {
    read_json(*found, value);
  } catch (const FileError& error) {
    throw FileError(fmt::format("'{}': {}", name, error.what()));
  }
}

}  // namespace plstm
