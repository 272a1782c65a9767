#include "support/resume.hpp"

#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace plstm::apps {
namespace {

void add_entries(const nlohmann::json& object, const std::string& prefix, TrainingFingerprint& entries) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      add_entries(value, prefix + name + ".", entries);
    } else {
      entries.emplace(prefix + name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

}  // namespace

void add_resume_flags(CLI::App& app, ResumeOptions& options) {
  app.add_flag(
      "--resume", options.resume,
      "go on from the checkpoint that a stopped or killed run with the same flags left in the output folder; "
      "the result is that of a run that was not stopped, to the last bit. Without a checkpoint the run "
      "starts "
      "at the beginning. Without this flag it does so, too, and gives up a checkpoint that is there");
  app.add_option("--checkpoint-seconds", options.seconds,
                 "seconds between two checkpoints (0: one after each step); a finished run leaves none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

TrainingFingerprint settings_of_json(std::string_view json) {
  TrainingFingerprint entries;
  add_entries(nlohmann::json::parse(json), "", entries);
  return entries;
}

}  // namespace plstm::apps
