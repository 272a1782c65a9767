#include "support/resume.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/number.hpp>
#include <plstm/train/files/kept_state.hpp>

#include "support/json_text.hpp"

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGivenUp = ".given_up";

void add_entries(const nlohmann::ordered_json& object, const std::string& prefix,
                 TrainingFingerprint& entries) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      add_entries(value, prefix + name + ".", entries);
    } else {
      entries.emplace(prefix + name, value.is_string() ? value.get<std::string>() : json_text(value));
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
      "at the beginning. Without this flag it does so, too, and a checkpoint that is there gets another "
      "name. A run that is finished is left as it is");
  app.add_option("--checkpoint-seconds", options.seconds,
                 "seconds between two checkpoints (0: one after each step); a finished run leaves none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option_function<std::string>(
      "--max-time", [&options](const std::string& text) { options.max_seconds = parse_duration(text); },
      "time after which the run stops in order, as Ctrl-C stops it, and --resume goes on: 90 (seconds), 30m, "
      "2h, "
      "3d or 11:30:00. A batch system may send SIGUSR1 instead");
}

std::optional<double> ResumeOptions::seconds_left() const {
  if (!max_seconds.has_value()) return {};
  return *max_seconds - std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double parse_duration(const std::string& text) {
  const auto fail = [&]() -> ConfigError {
    return ConfigError(
        fmt::format("\"{}\" is no time; write 90 (seconds), 30m, 2h, 3d or 11:30:00", printable(text)));
  };
  double seconds = 0;
  std::size_t begin = 0;
  for (int part = 0; part < 3; ++part) {
    const std::size_t colon = std::min(text.find(':', begin), text.size());
    std::string number = text.substr(begin, colon - begin);
    double unit = 1;
    if (part == 0 && colon == text.size() && !number.empty()) {
      constexpr std::string_view kUnits = "smhd";
      constexpr std::array kSeconds{1., 60., 3600., 86400.};
      const std::size_t found = kUnits.find(number.back());
      if (found != std::string_view::npos) {
        unit = kSeconds[found];
        number.pop_back();
      }
    }
    double value = -1;
    try {
      value = parse_double(number);
    } catch (const FileError&) {
    }
    if (!(value >= 0) || value > 1e9) throw fail();
    seconds = seconds * 60 + value * unit;
    if (colon == text.size()) return seconds;
    begin = colon + 1;
  }
  throw fail();
}

std::string settle_checkpoints(const ResumeOptions& options, const fs::path& folder,
                               std::span<const fs::path> checkpoints) {
  if (options.resume) {
    return checkpoints.empty()
               ? folder.string() + ": there is no checkpoint to resume, so the run starts at the beginning"
               : "";
  }
  for (const fs::path& file : checkpoints) {
    std::error_code error;
    fs::rename(file, file.string() + kGivenUp, error);
    if (error) throw FileError(fmt::format("{}: cannot be renamed ({})", file.string(), error.message()));
    remove_kept_state(file);  // the one before it
  }
  if (checkpoints.empty()) return "";
  return fmt::format(
      "{}: starts at the beginning without --resume; the checkpoint of a stopped run now ends in {}",
      folder.string(), kGivenUp);
}

void remove_checkpoints(const fs::path& folder, std::span<const fs::path> checkpoints) {
  std::vector<fs::path> files(checkpoints.rbegin(), checkpoints.rend());
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().ends_with(std::string(".safetensors") + kGivenUp)) {
      files.push_back(entry.path());
    }
  }
  for (const fs::path& file : files) {
    remove_kept_state(file);
    std::error_code error;
    fs::remove(file, error);  // says why it is still there
    if (error) throw FileError(fmt::format("{}: cannot be removed ({})", file.string(), error.message()));
  }
}

std::string identity_of(const TrainingFingerprint& settings) {
  return sha256_of(json_text(nlohmann::ordered_json(settings)));
}

TrainingFingerprint settings_of_json(std::string_view json) {
  TrainingFingerprint entries;
  add_entries(parse_json(json), "", entries);
  return entries;
}

}  // namespace plstm::apps
