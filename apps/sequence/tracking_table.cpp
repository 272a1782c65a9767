#include "tracking_table.hpp"

#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/cpu.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/language_model_file.hpp>

#include "support/json_text.hpp"
#include "support/resume.hpp"
#include "support/terminal/machine_facts.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::sequence {
namespace {

using Json = nlohmann::ordered_json;

void write_csv(const std::filesystem::path& path, const std::vector<TrackingRow>& rows) {
  AtomicFile file(path);
  write_csv_row(file.stream(),
                std::vector<std::string>{"task", "JT", "eigenvalues", "normalisation", "seed", "accuracy",
                                         "test_accuracy", "last_accuracy", "train_loss", "best_epoch",
                                         "seconds", "parameters", "failure"});
  for (const auto& [s, r] : rows) {
    write_csv_row(file.stream(),
                  std::vector<std::string>{
                      s.task, fmt::to_string(s.state), std::string(name(s.eigenvalues)), norm_name(s),
                      fmt::to_string(s.seed), fmt::format("{:.6f}", r.accuracy),
                      fmt::format("{:.6f}", r.test_accuracy), fmt::format("{:.6f}", r.last_accuracy),
                      fmt::format("{:.6g}", r.train_loss), fmt::to_string(r.best_epoch),
                      fmt::format("{:.2f}", r.seconds), fmt::to_string(r.parameters), r.failure});
  }
  file.commit();
}

Json settings_json(const TrackingSettings& s) {
  return {{"task", s.task},
          {"length", s.length},
          {"test_length", s.test_length},
          {"samples", s.samples},
          {"epochs", s.epochs},
          {"batch_size", s.batch_size},
          {"learning_rate", s.learning_rate},
          {"weight_decay", s.weight_decay},
          {"seed", s.seed},
          {"model", apps::parse_json(to_json(tracking_model(s)))}};
}

Json results_json(const std::vector<TrackingRow>& rows) {
  Json json;
  json["plstm_version"] = PLSTM_VERSION;
  json["machine"] = {{"processor", apps::processor_name()},
                     {"instruction_set", std::string(name(instruction_set()))},
                     {"threads", num_threads()}};
  json["runs"] = Json::array();
  for (const auto& [s, r] : rows) {
    Json run = settings_json(s);
    run["accuracy"] = r.accuracy;
    run["test_accuracy"] = r.test_accuracy;
    run["last_accuracy"] = r.last_accuracy;
    run["train_loss"] = r.train_loss;
    run["best_epoch"] = r.best_epoch;
    run["seconds"] = r.seconds;
    run["failure"] = r.failure;
    run["parameters"] = r.parameters;
    json["runs"].push_back(std::move(run));
  }
  return json;
}

}  // namespace

std::string norm_name(const TrackingSettings& settings) {
  return settings.state == 1 ? "-" : std::string(name(settings.norm));
}

std::string table_header(const TrackingSettings& s) {
  return fmt::format(
      "| task | JT | eigenvalues | normalisation | seed | at {} | at {} | last of {} | seconds |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
      s.length, s.test_length, s.test_length);
}

std::string table_line(const TrackingRow& row) {
  const auto& [s, r] = row;
  if (!r.failure.empty()) {
    return fmt::format("| {} | {} | {} | {} | {} | diverged | diverged | diverged | {:.0f} |\n", s.task,
                       s.state, name(s.eigenvalues), norm_name(s), s.seed, r.seconds);
  }
  return fmt::format("| {} | {} | {} | {} | {} | {:.4f} | {:.4f} | {:.4f} | {:.0f} |\n", s.task, s.state,
                     name(s.eigenvalues), norm_name(s), s.seed, r.accuracy, r.test_accuracy, r.last_accuracy,
                     r.seconds);
}

void write_tracking_tables(FolderTransaction& files, const std::vector<TrackingRow>& rows,
                           const std::string& identity, std::size_t planned) {
  write_csv(files.staging() / "results.csv", rows);
  apps::write_text(files.staging() / "results.json", apps::json_text(results_json(rows), 2) + "\n");
  std::string table = rows.empty() ? "" : table_header(rows.front().settings);
  for (const TrackingRow& row : rows) table += table_line(row);
  apps::write_text(files.staging() / "results.md", table);
  RunManifest manifest;
  manifest.version = std::string("plstm-sequence ") + PLSTM_VERSION;
  manifest.identity = identity;
  if (!rows.empty()) manifest.seed = rows.front().settings.seed;
  manifest.members = static_cast<std::int32_t>(rows.size());
  manifest.planned_members = static_cast<std::int32_t>(planned);
  manifest.stopped = rows.size() < planned;
  commit_run(files, std::move(manifest));
}

TrainingFingerprint all_settings(const TrackingSettings& settings) {
  TrainingFingerprint all = apps::settings_of_json(apps::json_text(settings_json(settings)));
  all.merge(training_settings(settings));
  return all;
}

}  // namespace plstm::sequence
