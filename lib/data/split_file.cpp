#include "plstm/data/split_file.hpp"

#include <fstream>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>

namespace plstm {

namespace {

using Json = nlohmann::json;

std::vector<std::int32_t> read_rows(const Json& list, const std::string& where) {
  if (!list.is_array()) throw FileError(where + " is not a list of row indices");
  std::vector<std::int32_t> rows;
  rows.reserve(list.size());
  for (const Json& item : list) {
    const bool fits =
        item.is_number_integer() && item >= 0 && item <= std::numeric_limits<std::int32_t>::max();
    if (!fits) throw FileError(where + ": " + item.dump() + " is not a row index");
    rows.push_back(item.get<std::int32_t>());
  }
  return rows;
}

Split read_object(const Json& object, const std::string& where) {
  if (!object.is_object() || !object.contains("train")) {
    throw FileError(where +
                    " has no list 'train' (expected an object with train, valid and test, or with folds)");
  }
  const auto part = [&](const char* key) {
    return object.contains(key) ? read_rows(object[key], where + ": '" + key + "'")
                                : std::vector<std::int32_t>();
  };
  return {part("train"), part(object.contains("valid") ? "valid" : "validation"), part("test")};
}

Json to_json(const Split& split) {
  return {{"train", split.train}, {"valid", split.validation}, {"test", split.test}};
}

}  // namespace

std::vector<Split> read_splits(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(path.string() + ": cannot be opened");
  Json json;
  try {
    json = Json::parse(stream);
  } catch (const Json::exception& error) {
    throw FileError(path.string() + ": is not JSON: " + error.what());
  } catch (const std::ios_base::failure& error) {
    throw FileError(path.string() + ": cannot be read: " + error.what());
  }
  if (!json.is_object() || !json.contains("folds")) return {read_object(json, path.string())};
  const Json& folds = json["folds"];
  if (!folds.is_array() || folds.empty())
    throw FileError(path.string() + ": 'folds' is not a list of splits");
  std::vector<Split> splits;
  for (const Json& fold : folds) {
    splits.push_back(read_object(fold, path.string() + ": fold " + std::to_string(splits.size())));
  }
  return splits;
}

Split read_split(const std::filesystem::path& path) {
  std::vector<Split> splits = read_splits(path);
  if (splits.size() != 1) {
    throw FileError(path.string() + ": has " + std::to_string(splits.size()) + " folds, expected one split");
  }
  return std::move(splits.front());
}

void write_splits(const std::filesystem::path& path, std::span<const Split> splits) {
  Json json;
  if (splits.size() == 1) {
    json = to_json(splits.front());
  } else {
    json["folds"] = Json::array();
    for (const Split& split : splits) json["folds"].push_back(to_json(split));
  }
  AtomicFile file(path);
  file.stream() << json.dump() << '\n';
  file.commit();
}

}  // namespace plstm
