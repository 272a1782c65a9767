#include "plstm/chem/screen/screen_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>

#include "core/files/json_text.hpp"

namespace plstm {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "parts of predictions";

std::int64_t parts_of(const Shard& shard, std::int64_t num_parts) {
  return (num_parts - (shard.number - 1) + shard.count - 1) / shard.count;
}

template <class T>
T get(const Json& json, const char* name) {
  return json.at(name).get<T>();
}

}  // namespace

Shard parse_shard(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.number);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shard.count) : first;
  if (!slash || second.ec != std::errc() || second.ptr != end || shard.number < 1 ||
      shard.number > shard.count) {
    throw ConfigError(fmt::format("'{}' is no shard; expected 1/4, 2/4, 3/4 or 4/4 for four of them", text));
  }
  return shard;
}

std::string screen_manifest_name(const Shard& shard) {
  if (shard.count == 1) return "manifest.json";
  return fmt::format("manifest_{}_of_{}.json", shard.number, shard.count);
}

bool ScreenManifest::complete() const {
  return std::ssize(parts) == std::max<std::int64_t>(0, parts_of(shard, num_parts));
}

ScreenManifest make_manifest(const ScreenPlan& plan, const Shard& shard, bool gzip, std::string version,
                             std::map<std::string, std::string> settings) {
  ScreenManifest manifest;
  manifest.version = std::move(version);
  manifest.settings = std::move(settings);
  for (const ScreenInput& input : plan.inputs) {
    manifest.inputs.push_back({input.path.string(), input.bytes, input.sha256, input.rows});
  }
  manifest.part_rows = plan.part_rows;
  manifest.num_parts = plan.num_parts();
  manifest.shard = shard;
  manifest.gzip = gzip;
  return manifest;
}

void check_same_screen(const ScreenManifest& present, const ScreenManifest& wanted,
                       const std::filesystem::path& folder) {
  const auto fail = [&](const std::string& what, const std::string& now, const std::string& before) {
    throw ConfigError(
        fmt::format("{}: {} is {}, and the parts that are there were made with {}; go on with that, or "
                    "choose another folder",
                    folder.string(), what, now, before));
  };
  const auto text = [](const std::string& value) { return value.empty() ? std::string("not set") : value; };
  if (present.version != wanted.version) fail("the version of plstm", wanted.version, present.version);
  for (std::size_t i = 0; i < std::max(present.inputs.size(), wanted.inputs.size()); ++i) {
    const std::string name = fmt::format("input {}", i + 1);
    if (i >= wanted.inputs.size()) fail(name, "missing", present.inputs[i].path);
    if (i >= present.inputs.size()) fail(name, wanted.inputs[i].path, "fewer inputs");
    if (present.inputs[i].sha256 == wanted.inputs[i].sha256) continue;
    const bool renamed = present.inputs[i].path != wanted.inputs[i].path;
    fail(name, wanted.inputs[i].path, renamed ? present.inputs[i].path : "other contents of this file");
  }
  for (const auto& [name, value] : wanted.settings) {
    const auto before = present.settings.find(name);
    const std::string known = before == present.settings.end() ? "" : before->second;
    if (known != value) fail(name, text(value), text(known));
  }
  for (const auto& [name, value] : present.settings) {
    if (!wanted.settings.contains(name)) fail(name, text(""), text(value));
  }
  if (present.part_rows != wanted.part_rows) {
    fail("--part-rows", fmt::to_string(wanted.part_rows), fmt::to_string(present.part_rows));
  }
  if (present.gzip != wanted.gzip) {
    fail("--gzip", wanted.gzip ? "set" : "not set", present.gzip ? "it" : "plain files");
  }
  if (present.num_parts != wanted.num_parts) {
    fail("the number of parts", fmt::to_string(wanted.num_parts), fmt::to_string(present.num_parts));
  }
  if (present.shard.count != wanted.shard.count) {
    fail("the number of shards", fmt::to_string(wanted.shard.count), fmt::to_string(present.shard.count));
  }
}

std::string screen_manifest_json(const ScreenManifest& manifest) {
  Json json;
  json["kind"] = kKind;
  json["version"] = manifest.version;
  json["complete"] = manifest.complete();
  std::int64_t rows = 0, bad_rows = 0;
  for (const ScreenPartRecord& part : manifest.parts) {
    rows += part.rows;
    bad_rows += part.bad_rows;
  }
  json["rows"] = rows;
  json["bad_rows"] = bad_rows;
  json["inputs"] = Json::array();
  for (const ScreenSource& input : manifest.inputs) {
    json["inputs"].push_back(
        Json{{"path", input.path}, {"bytes", input.bytes}, {"sha256", input.sha256}, {"rows", input.rows}});
  }
  json["settings"] = manifest.settings;
  json["part_rows"] = manifest.part_rows;
  json["num_parts"] = manifest.num_parts;
  json["shard"] = Json{{"number", manifest.shard.number}, {"count", manifest.shard.count}};
  json["gzip"] = manifest.gzip;
  if (manifest.best.has_value()) {
    json["best"] =
        Json{{"name", manifest.best->name}, {"rows", manifest.best->rows}, {"sha256", manifest.best->sha256}};
  }
  json["parts"] = Json::array();
  for (const ScreenPartRecord& part : manifest.parts) {
    json["parts"].push_back(Json{{"part", part.part},
                                 {"name", part.name},
                                 {"first_row", part.first_row},
                                 {"rows", part.rows},
                                 {"bad_rows", part.bad_rows},
                                 {"standardized_rows", part.changed},
                                 {"written", part.written},
                                 {"unranked", part.unranked},
                                 {"bytes", part.bytes},
                                 {"sha256", part.sha256}});
  }
  return lenient_json_text(json, 1) + "\n";
}

ScreenManifest parse_screen_manifest(const std::string& text, const std::string& name) {
  try {
    check_json_depth(text);
    const Json json = parse_json(text);
    if (get<std::string>(json, "kind") != kKind) throw FileError("it is of something else");
    ScreenManifest manifest;
    manifest.version = get<std::string>(json, "version");
    for (const Json& input : json.at("inputs")) {
      manifest.inputs.push_back({get<std::string>(input, "path"), get<std::int64_t>(input, "bytes"),
                                 get<std::string>(input, "sha256"), get<std::int64_t>(input, "rows")});
    }
    manifest.settings = get<std::map<std::string, std::string>>(json, "settings");
    manifest.part_rows = get<std::int64_t>(json, "part_rows");
    manifest.num_parts = get<std::int64_t>(json, "num_parts");
    manifest.shard = {get<std::int64_t>(json.at("shard"), "number"),
                      get<std::int64_t>(json.at("shard"), "count")};
    manifest.gzip = get<bool>(json, "gzip");
    if (manifest.shard.count < 1) throw FileError("it has no shards");
    if (json.contains("best")) {
      const Json& best = json["best"];
      manifest.best = {get<std::string>(best, "name"), get<std::int64_t>(best, "rows"),
                       get<std::string>(best, "sha256")};
    }
    for (const Json& part : json.at("parts")) {
      ScreenPartRecord& record = manifest.parts.emplace_back();
      record.part = get<std::int64_t>(part, "part");
      record.name = get<std::string>(part, "name");
      if (std::filesystem::path(record.name).filename() != record.name)
        throw FileError("a part lies elsewhere");
      record.first_row = get<std::int64_t>(part, "first_row");
      record.rows = get<std::int64_t>(part, "rows");
      record.bad_rows = get<std::int64_t>(part, "bad_rows");
      record.changed = get<std::int64_t>(part, "standardized_rows");
      record.written = get<std::int64_t>(part, "written");
      record.unranked = get<std::int64_t>(part, "unranked");
      record.bytes = get<std::int64_t>(part, "bytes");
      record.sha256 = get<std::string>(part, "sha256");
    }
    return manifest;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: is no manifest of parts of predictions ({}); choose another folder",
                                name, error.what()));
  }
}

}  // namespace plstm
