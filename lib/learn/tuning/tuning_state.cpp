#include "plstm/learn/tuning/tuning_state.hpp"

#include <cmath>
#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/whole_file.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json json_of(const Trial& trial) {
  return {{"candidate", trial.candidate},
          {"fold", trial.fold},
          {"score", std::isnan(trial.score) ? Json(nullptr) : Json(trial.score)},
          {"seconds", trial.seconds}};
}

Trial trial_of(const Json& json) {
  Trial trial;
  trial.candidate = json.at("candidate").get<std::int32_t>();
  trial.fold = json.at("fold").get<std::int32_t>();
  if (!json.at("score").is_null()) trial.score = json.at("score").get<double>();
  trial.seconds = json.at("seconds").get<double>();
  if (trial.candidate < 0 || trial.fold < 0 || !(trial.seconds >= 0)) throw Error("a number is negative");
  return trial;
}

}  // namespace

TuningState::TuningState(fs::path folder, std::string identity, bool resume)
    : path_(std::move(folder) / "tuning.json"), identity_(std::move(identity)) {
  if (!fs::exists(path_)) return;
  if (!resume) {
    const fs::path given_up = path_.string() + ".given_up";
    std::error_code error;
    fs::rename(path_, given_up, error);
    if (error) throw FileError(fmt::format("{}: cannot be renamed ({})", path_.string(), error.message()));
    note_ = fmt::format("the search starts at the beginning without --resume; the former one is now in {}",
                        given_up.string());
    return;
  }
  std::string found;
  try {
    const Json json = parse_json(read_whole_file(path_));
    found = json.at("identity").get<std::string>();
    for (const Json& each : json.at("trials")) trials_.push_back(trial_of(each));
  } catch (const std::exception& error) {
    throw FileError(
        fmt::format("{}: is no record of a search ({}); remove it, or leave --resume out to start anew",
                    path_.string(), error.what()));
  }
  if (found == identity_) return;
  throw ConfigError(fmt::format(
      "{}: the search was begun with other data or other settings; give the same flags as then, or "
      "leave --resume out to start anew",
      path_.string()));
}

void TuningState::add(const Trial& trial) {
  trials_.push_back(trial);
  Json json{{"identity", identity_}, {"trials", Json::array()}};
  for (const Trial& each : trials_) json["trials"].push_back(json_of(each));
  AtomicFile file(path_);
  file.stream() << json_text(json, 1) << "\n";
  file.commit();
}

}  // namespace plstm
