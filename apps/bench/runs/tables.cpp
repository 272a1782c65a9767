#include "tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/cpu.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>

#include "support/json_text.hpp"
#include "support/terminal/machine_facts.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::bench {
namespace {

using Json = nlohmann::ordered_json;

// The tables are put on the disk together, after each run, by the commit of their folder.
constexpr AtomicFileOptions kUnsynchronised{.synchronise = false};

// Runs of equal settings, in the order of their first run.
std::vector<std::vector<const RunRecord*>> cells_of(const std::vector<RunRecord>& runs) {
  std::vector<std::vector<const RunRecord*>> cells;
  std::map<std::string, std::size_t> index;
  for (const RunRecord& run : runs) {
    const auto [found, is_new] = index.try_emplace(run.identity.cell(), cells.size());
    if (is_new) cells.emplace_back();
    cells[found->second].push_back(&run);
  }
  return cells;
}

// Of the runs where the metric is defined.
Summary summary_of(const std::vector<const RunRecord*>& cell, std::size_t metric, bool validation) {
  std::vector<double> values;
  for (const RunRecord* run : cell) {
    const MetricScore& score = run->scores[metric];
    const auto& value = validation ? score.validation : score.test;
    if (value.has_value()) values.push_back(*value);
  }
  return summarize(values);
}

std::string field(const std::optional<double>& value) {
  return value.has_value() ? format_number(*value) : "";
}

std::string mean_and_deviation(const Summary& summary) {
  if (summary.count == 0) return "-";
  if (summary.count == 1) return fmt::format("{:.4f}", summary.mean);
  return fmt::format("{:.4f} ± {:.4f}", summary.mean, summary.deviation);
}

Json summary_json(const Summary& summary) {
  Json json;
  json["n"] = summary.count;
  json["mean"] = summary.count > 0 ? Json(summary.mean) : Json(nullptr);
  json["standard_deviation"] = summary.count > 1 ? Json(summary.deviation) : Json(nullptr);
  return json;
}

double mean_seconds(const std::vector<const RunRecord*>& cell) {
  double sum = 0;
  for (const RunRecord* run : cell) sum += run->seconds;
  return sum / static_cast<double>(cell.size());
}

void write_csv(const std::filesystem::path& path, const std::vector<RunRecord>& runs) {
  AtomicFile file(path, kUnsynchronised);
  write_csv_row(file.stream(),
                std::vector<std::string>{"dataset", "model", "protocol", "settings", "fold", "seed", "metric",
                                         "validation", "test", "best_epoch", "seconds", "parameters"});
  for (const RunRecord& run : runs) {
    const RunIdentity& id = run.identity;
    for (const MetricScore& score : run.scores) {
      write_csv_row(file.stream(), std::vector<std::string>{
                                       id.dataset, id.model, id.protocol, id.cell(), fmt::to_string(id.fold),
                                       fmt::to_string(id.seed), score.metric, field(score.validation),
                                       field(score.test), fmt::to_string(run.best_epoch),
                                       fmt::format("{:.3f}", run.seconds), fmt::to_string(run.parameters)});
    }
  }
  file.commit();
}

Json results_json(const std::vector<RunRecord>& runs) {
  Json json;
  json["plstm_version"] = PLSTM_VERSION;
  json["machine"] = {{"processor", apps::processor_name()},
                     {"instruction_set", std::string(name(instruction_set()))},
                     {"threads", num_threads()}};
  json["cells"] = Json::array();
  for (const auto& cell : cells_of(runs)) {
    const RunIdentity& id = cell.front()->identity;
    Json entry;
    entry["cell"] = id.cell();
    entry["dataset"] = id.dataset;
    entry["model"] = id.model;
    entry["protocol"] = id.protocol;
    entry["task"] = id.task;
    for (std::size_t i = 0; i < cell.front()->scores.size(); ++i) {
      entry["scores"][cell.front()->scores[i].metric] = {
          {"validation", summary_json(summary_of(cell, i, true))},
          {"test", summary_json(summary_of(cell, i, false))}};
    }
    entry["mean_seconds"] = mean_seconds(cell);
    entry["settings"] = apps::parse_json(id.settings);
    json["cells"].push_back(std::move(entry));
  }
  json["runs"] = Json::array();
  for (const RunRecord& run : runs) {
    Json entry = apps::parse_json(to_json(run));
    entry.erase("settings");  // those of its cell
    entry.erase("checksum");
    json["runs"].push_back(std::move(entry));
  }
  return json;
}

std::string markdown_table(const std::vector<RunRecord>& runs) {
  std::string text =
      "| data set | model | protocol | metric | test | validation | n | seconds a run | settings |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const auto& cell : cells_of(runs)) {
    const RunIdentity& id = cell.front()->identity;
    for (std::size_t i = 0; i < cell.front()->scores.size(); ++i) {
      const Summary test = summary_of(cell, i, false);
      text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {:.1f} | {} |\n", id.dataset, id.model,
                          id.protocol, cell.front()->scores[i].metric, mean_and_deviation(test),
                          mean_and_deviation(summary_of(cell, i, true)), test.count, mean_seconds(cell),
                          id.cell().substr(0, 8));
    }
  }
  return text + "\nMean ± standard deviation (divisor n - 1) over n runs: folds times seeds.\n";
}

}  // namespace

Summary summarize(const std::vector<double>& values) {
  Summary summary;
  summary.count = values.size();
  if (values.empty()) return summary;
  for (const double value : values) summary.mean += value;
  summary.mean /= static_cast<double>(values.size());
  if (values.size() < 2) return summary;
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return summary;
}

std::string write_tables(const std::filesystem::path& folder, std::vector<RunRecord> runs) {
  std::ranges::sort(runs, {}, [](const RunRecord& run) {
    const RunIdentity& id = run.identity;
    return std::tuple(id.dataset, id.model, id.protocol, id.cell(), id.seed, id.fold);
  });
  write_csv(folder / "results.csv", runs);
  apps::write_text(folder / "results.json", apps::json_text(results_json(runs), 2) + "\n", kUnsynchronised);
  const std::string table = markdown_table(runs);
  apps::write_text(folder / "results.md", table, kUnsynchronised);
  return table;
}

}  // namespace plstm::bench
