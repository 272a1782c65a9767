#include "plstm/learn/run_record.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/core/hash.hpp>

#include "core/files/json_text.hpp"
#include "learn/json_object.hpp"

namespace plstm {
namespace {

// This number goes up when the files change, or what models compute: a record of before must not count as a new run.
constexpr int kRecordFormat = 2;

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Names of data sets and models come from users; a name of a file must not have slashes or be endless.
std::string safe(const std::string& name) {
  std::string text = name;
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '-';
  }
  return text.substr(0, 60);
}

Hash cell_digest(const RunIdentity& id) {
  Hash digest;
  digest.add_number(kRecordFormat);
  for (const std::string* text : {&id.dataset, &id.model, &id.protocol, &id.task, &id.data_digest}) {
    digest.add(*text);
  }
  digest.add(id.settings);
  return digest;
}

Json number_or_null(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

std::optional<double> optional_number(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<double>();
}

std::string checksum(const Json& json) {
  Hash digest;
  digest.add(json_text(json));
  return digest.text();
}

RunRecord record_of(const Json& json) {
  RunRecord record;
  RunIdentity& id = record.identity;
  take_entry(json, "dataset", id.dataset);
  take_entry(json, "model", id.model);
  take_entry(json, "protocol", id.protocol);
  take_entry(json, "task", id.task);
  take_entry(json, "fold", id.fold);
  take_entry(json, "seed", id.seed);
  id.settings = json_text(json.at("settings"));
  take_entry(json, "data_digest", id.data_digest);
  take_entry(json, "split_digest", id.split_digest);
  for (const Json& score : json.at("scores")) {
    record.scores.push_back({score.at("metric").get<std::string>(), optional_number(score.at("validation")),
                             optional_number(score.at("test"))});
  }
  take_entry(json, "best_epoch", record.best_epoch);
  take_entry(json, "seconds", record.seconds);
  take_entry(json, "parameters", record.parameters);
  take_entry(json, "train_rows", record.train_rows);
  take_entry(json, "validation_rows", record.validation_rows);
  take_entry(json, "test_rows", record.test_rows);
  return record;
}

}  // namespace

std::string RunIdentity::cell() const {
  return cell_digest(*this).text();
}

std::string RunIdentity::name() const {
  Hash digest = cell_digest(*this);
  digest.add_number(static_cast<std::uint64_t>(fold));
  digest.add_number(seed);
  digest.add(split_digest);
  return fmt::format("{}_{}_fold{}_seed{}_{}", safe(dataset), safe(model), fold, seed, digest.text());
}

std::string to_json(const RunRecord& record) {
  const RunIdentity& id = record.identity;
  Json json;
  json["format"] = kRecordFormat;
  json["cell"] = id.cell();
  json["dataset"] = id.dataset;
  json["model"] = id.model;
  json["protocol"] = id.protocol;
  json["task"] = id.task;
  json["fold"] = id.fold;
  json["seed"] = id.seed;
  json["scores"] = Json::array();
  for (const MetricScore& score : record.scores) {
    json["scores"].push_back({{"metric", score.metric},
                              {"validation", number_or_null(score.validation)},
                              {"test", number_or_null(score.test)}});
  }
  json["best_epoch"] = record.best_epoch;
  json["seconds"] = record.seconds;
  json["parameters"] = record.parameters;
  json["train_rows"] = record.train_rows;
  json["validation_rows"] = record.validation_rows;
  json["test_rows"] = record.test_rows;
  json["data_digest"] = id.data_digest;
  json["split_digest"] = id.split_digest;
  try {
    json["settings"] = parse_object(id.settings);
  } catch (const std::exception& error) {
    throw ConfigError(fmt::format("settings of the run {}: {}", id.name(), error.what()));
  }
  json["checksum"] = checksum(json);
  return json_text(json, 2);
}

RunRecord parse_run_record(std::string_view text) {
  try {
    Json json = parse_object(text);
    if (json.contains("checksum")) {
      const std::string said = json["checksum"].get<std::string>();
      json.erase("checksum");
      if (checksum(json) != said) throw FileError("the checksum does not fit, the text was changed");
    }
    return record_of(json);
  } catch (const std::exception& error) {
    throw FileError(fmt::format("not the record of a run: {}", error.what()));
  }
}

void write_run_record(const fs::path& folder, const RunRecord& record) {
  AtomicFile file(folder / "runs" / (record.identity.name() + ".json"));
  file.stream() << to_json(record) << '\n';
  file.commit();
}

FoundRecords read_run_records(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;  // no folder, no records
  for (const auto& entry : fs::directory_iterator(folder / "runs", none)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  FoundRecords found;
  for (const fs::path& file : files) {
    try {
      if (!fs::is_regular_file(file)) throw FileError("a pipe would be waited for");
      RunRecord record = parse_run_record(read_whole_file(file));
      if (record.identity.name() != file.stem().string()) throw FileError("the record of another run");
      found.records.push_back(std::move(record));
    } catch (const FileError&) {
      found.unreadable.push_back(file);
    }
  }
  return found;
}

}  // namespace plstm
