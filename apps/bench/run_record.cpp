#include "run_record.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>

#include <fmt/format.h>

#include "digest.hpp"
#include "support/output_folder.hpp"

namespace plstm::bench {
namespace {

// Another one where files or what models compute have changed: runs of before are not taken for new ones.
constexpr int kFormat = 2;

namespace fs = std::filesystem;

// A name that any file system takes.
std::string safe(const std::string& name) {
  std::string text = name;
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '-';
  }
  return text.substr(0, 60);
}

Digest cell_digest(const RunIdentity& id) {
  Digest digest;
  digest.add_number(kFormat);
  for (const std::string* text : {&id.dataset, &id.model, &id.protocol, &id.task, &id.data_digest}) {
    digest.add(*text);
  }
  digest.add(id.settings.dump());
  return digest;
}

Json number_or_null(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

std::optional<double> optional_number(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<double>();
}

RunRecord parse_record(const Json& json) {
  RunRecord record;
  RunIdentity& id = record.identity;
  json.at("dataset").get_to(id.dataset);
  json.at("model").get_to(id.model);
  json.at("protocol").get_to(id.protocol);
  json.at("task").get_to(id.task);
  json.at("fold").get_to(id.fold);
  json.at("seed").get_to(id.seed);
  id.settings = json.at("settings");
  json.at("data_digest").get_to(id.data_digest);
  json.at("split_digest").get_to(id.split_digest);
  for (const Json& score : json.at("scores")) {
    record.scores.push_back({score.at("metric").get<std::string>(), optional_number(score.at("validation")),
                             optional_number(score.at("test"))});
  }
  json.at("best_epoch").get_to(record.best_epoch);
  json.at("seconds").get_to(record.seconds);
  json.at("parameters").get_to(record.parameters);
  json.at("train_rows").get_to(record.train_rows);
  json.at("validation_rows").get_to(record.validation_rows);
  json.at("test_rows").get_to(record.test_rows);
  return record;
}

}  // namespace

std::string RunIdentity::cell() const {
  return cell_digest(*this).text();
}

std::string RunIdentity::name() const {
  Digest digest = cell_digest(*this);
  digest.add_number(static_cast<std::uint64_t>(fold));
  digest.add_number(seed);
  digest.add(split_digest);
  return fmt::format("{}_{}_fold{}_seed{}_{}", safe(dataset), safe(model), fold, seed, digest.text());
}

Json to_json(const RunRecord& record) {
  const RunIdentity& id = record.identity;
  Json json;
  json["format"] = kFormat;
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
  json["settings"] = id.settings;
  return json;
}

void write_record(const fs::path& folder, const RunRecord& record) {
  apps::write_text(folder / "runs" / (record.identity.name() + ".json"), to_json(record).dump(2) + "\n");
}

FoundRecords read_records(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;  // no folder, no records
  for (const auto& entry : fs::directory_iterator(folder / "runs", none)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  FoundRecords found;
  for (const fs::path& file : files) {
    std::ifstream stream(file);
    try {
      RunRecord record = parse_record(Json::parse(stream));
      if (record.identity.name() != file.stem().string()) throw std::runtime_error("another run");
      found.records.push_back(std::move(record));
    } catch (const std::exception&) {
      found.unreadable.push_back(file);
    }
  }
  return found;
}

}  // namespace plstm::bench
