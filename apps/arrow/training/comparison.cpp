#include "comparison.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/atomic_file.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>

#include "run_records.hpp"
#include "support/json_text.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

using Json = nlohmann::ordered_json;

void write_csv(const std::filesystem::path& path, std::span<const RunResult> results) {
  AtomicFile file(path);
  write_csv_row(file.stream(), std::vector<std::string>{"model", "parameters", "size", "images", "accuracy",
                                                        "loss", "train_minutes"});
  for (const RunResult& result : results) {
    for (const TestScore& score : result.tests) {
      write_csv_row(file.stream(), std::vector<std::string>{
                                       std::string(name(result.kind)), fmt::to_string(result.parameters),
                                       fmt::to_string(score.size), fmt::to_string(score.images),
                                       format_number(score.accuracy), format_number(score.loss),
                                       fmt::format("{:.2f}", result.train_seconds / 60)});
    }
  }
  file.commit();
}

std::string markdown(const RunOptions& options, std::span<const RunResult> results) {
  std::string text = "| model | parameters |";
  std::string rule = "| --- | --- |";
  for (const std::int32_t factor : options.factors) {
    text += fmt::format(" {} x {} |", factor * options.network.size, factor * options.network.size);
    rule += " --- |";
  }
  text += fmt::format(" minutes |\n{} --- |\n", rule);
  for (const RunResult& result : results) {
    text += fmt::format("| {} | {} |", name(result.kind), result.parameters);
    for (const TestScore& score : result.tests) text += fmt::format(" {:.3f} |", score.accuracy);
    text += fmt::format(" {:.1f} |\n", result.train_seconds / 60);
  }
  return text;
}

}  // namespace

std::string write_comparison(FolderTransaction& files, const RunOptions& options,
                             std::span<const RunResult> results) {
  write_csv(files.staging() / "comparison.csv", results);
  Json json;
  json["settings"] = apps::parse_json(config_json(options));
  json["settings"].erase("model");
  json["runs"] = Json::array();
  for (const RunResult& result : results) json["runs"].push_back(apps::parse_json(results_json(result)));
  apps::write_text(files.staging() / "comparison.json", apps::json_text(json, 2) + "\n");
  std::string table = markdown(options, results);
  apps::write_text(files.staging() / "comparison.md", table);
  files.commit();
  return table;
}

}  // namespace plstm::arrow
