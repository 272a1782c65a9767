#include "plstm/data/split_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/data/number.hpp>
#include <plstm/data/split_column.hpp>

#include "core/files/json_text.hpp"
#include "core/files/unique_json.hpp"

namespace plstm {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

constexpr const char* kForm =
    R"(expected {"train": [0, 1], "valid": [2], "test": [3]} with rows from 0, a list of such objects, or {"folds": [...]})";

// Long or nested values are not repeated in messages.
std::string quote(const Json& item) {
  return item.is_structured() ? std::string("a list or object") : lenient_json_text(item);
}

constexpr const char* kNoRow = " is not a row index; rows are numbers from 0, or ranges such as \"0-99\"";

std::int32_t read_row(std::string_view text, const std::string& where) {
  std::int32_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || row < 0) {
    throw FileError(where + ": '" + std::string(text) + "'" + kNoRow);
  }
  return row;
}

// "0-99, 105": ranges with both ends and single rows.
void append_ranges(std::string_view text, const std::string& where, std::vector<std::int32_t>& rows) {
  constexpr std::int32_t kLongest = 10'000'000;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    const std::size_t dash = item.find('-');
    const std::int32_t first = read_row(trim(item.substr(0, dash)), where);
    const std::int32_t last =
        dash == std::string_view::npos ? first : read_row(trim(item.substr(dash + 1)), where);
    if (last < first || last - first >= kLongest) {
      throw FileError(where + ": '" + std::string(item) + "' is not a range of rows such as 0-99");
    }
    for (std::int32_t row = first; row <= last; ++row) rows.push_back(row);
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::int32_t> read_rows(const Json& list, const std::string& where) {
  std::vector<std::int32_t> rows;
  if (list.is_string()) {
    if (!trim(list.get_ref<const std::string&>()).empty())
      append_ranges(list.get_ref<const std::string&>(), where, rows);
    return rows;
  }
  if (list.is_null()) return rows;
  if (!list.is_array())
    throw FileError(where + " is not a list of row indices, nor a range such as \"0-99\"");
  rows.reserve(list.size());
  for (const Json& item : list) {
    if (item.is_string()) {
      append_ranges(item.get_ref<const std::string&>(), where, rows);
      continue;
    }
    // Tables that lost their integers write 3.0.
    const bool whole = item.is_number_integer() ||
                       (item.is_number_float() && std::floor(item.get<double>()) == item.get<double>());
    const bool fits = whole && item >= 0 && item <= std::numeric_limits<std::int32_t>::max();
    if (!fits) throw FileError(where + ": " + quote(item) + kNoRow);
    rows.push_back(item.get<std::int32_t>());
  }
  return rows;
}

// Whether a key that is no part looks like a misspelt one: the letters of a part in another order, or all but one.
bool is_misspelt_part(const std::string& key) {
  for (const std::string part : {"train", "training", "val", "valid", "validation", "test", "testing"}) {
    if (std::ranges::is_permutation(key, part)) return true;
    const bool longer = key.size() == part.size() + 1, shorter = key.size() + 1 == part.size();
    const std::string &more = longer ? key : part, &less = longer ? part : key;
    for (std::size_t i = 0; (longer || shorter) && i < more.size(); ++i) {
      if (more.substr(0, i) + more.substr(i + 1) == less) return true;
    }
  }
  return false;
}

Split read_object(const Json& object, const std::string& where) {
  std::array<std::optional<std::vector<std::int32_t>>, 3> parts;
  for (const auto& [key, value] : object.items()) {
    const std::optional<SplitPart> known = parse_split_part(key);
    if (!known.has_value()) {
      // The rows of a misspelt part would be left out without a word.
      if (is_misspelt_part(key)) throw FileError(where + ": '" + key + "' is no part of a split; " + kForm);
      continue;
    }
    auto& part = parts[static_cast<std::size_t>(*known)];
    if (part.has_value()) throw FileError(where + ": '" + key + "' is a second list for one part; " + kForm);
    part = read_rows(value, where + ": '" + key + "'");
  }
  if (!parts[0].has_value()) throw FileError(where + " has no list 'train'; " + kForm);
  const auto take = [](auto& part) {
    return part.has_value() ? *std::move(part) : std::vector<std::int32_t>();
  };
  return {take(parts[0]), take(parts[1]), take(parts[2])};
}

bool is_list_of_lists(const Json& json) {
  return json.is_array() && !json.empty() &&
         std::ranges::all_of(json, [](const Json& item) { return item.is_array(); });
}

// An object, or the lists of train, validation and test rows as older versions of chemprop write them.
Split read_one(const Json& json, const std::string& where) {
  if (json.is_object()) return read_object(json, where);
  if (!is_list_of_lists(json) || json.size() < 2 || json.size() > 3)
    throw FileError(where + " is no split; " + kForm);
  Split split{read_rows(json[0], where + ": list 0"), read_rows(json[1], where + ": list 1"), {}};
  if (json.size() == 3) split.test = read_rows(json[2], where + ": list 2");
  return split;
}

std::vector<Split> read_list(const Json& list, const std::string& path, const char* what) {
  std::vector<Split> splits;
  for (const Json& item : list)
    splits.push_back(read_one(item, path + ": " + what + " " + std::to_string(splits.size())));
  return splits;
}

Json to_json(const Split& split) {
  return {{"test", split.test}, {"train", split.train}, {"valid", split.validation}};
}

}  // namespace

std::vector<Split> read_splits(const std::filesystem::path& path) {
  const std::string text = read_whole_file(path, kMostBytes);
  Json json;
  try {
    check_json_depth(text);
    json = parse_unique_json(text);
  } catch (const FileError& error) {
    throw FileError(path.string() + ": " + error.what() + "; " + kForm);
  } catch (const Json::exception& error) {
    throw FileError(path.string() + ": is not JSON: " + error.what() + "; " + kForm);
  }
  if (json.is_object() && json.contains("folds")) {
    const Json& folds = json["folds"];
    if (!folds.is_array() || folds.empty())
      throw FileError(path.string() + ": 'folds' is not a list of splits; " + kForm);
    return read_list(folds, path.string(), "fold");
  }
  // A list of objects, or of lists of lists, is a list of splits; a list of lists of rows is one split.
  const bool is_list = json.is_array() && !json.empty() && (json[0].is_object() || is_list_of_lists(json[0]));
  if (is_list) return read_list(json, path.string(), "split");
  return {read_one(json, path.string())};
}

Split read_split(const std::filesystem::path& path) {
  std::vector<Split> splits = read_splits(path);
  if (splits.size() != 1) {
    throw FileError(path.string() + ": has " + std::to_string(splits.size()) +
                    " folds, expected one split; " + kForm);
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
  file.stream() << json_text(json) << '\n';
  file.commit();
}

}  // namespace plstm
