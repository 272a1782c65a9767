#include "setting_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/number.hpp>
#include <plstm/learn/tuning/tuning_state.hpp>
#include <plstm/learn/tuning/tuning_table.hpp>

#include "ensemble_training.hpp"
#include "scores.hpp"
#include "support/terminal/output_folder.hpp"
#include "support/terminal/progress.hpp"

namespace plstm::apps {
namespace {

class SearchLog {
 public:
  SearchLog(bool quiet, double seconds, Metric metric) : quiet_(quiet), seconds_(seconds), metric_(metric) {}

  void add(const Trial& trial) {
    used_ += trial.seconds;
    ++trials_;
    if (quiet_) return;
    fmt::print(
        "training {}: settings {} on fold {}: {} {}  {:.0f} s{}\n", trials_,
        settings_name(static_cast<std::size_t>(trial.candidate)), trial.fold + 1, title(metric_),
        std::isnan(trial.score) ? "not defined" : fmt::format("{:.4f}", trial.score), trial.seconds,
        std::isfinite(seconds_) ? fmt::format(", {} left to search", duration_text(seconds_ - used_)) : "");
    std::fflush(stdout);
  }
  void add_known(const std::vector<Trial>& trials) {
    for (const Trial& trial : trials) used_ += trial.seconds;
    trials_ += trials.size();
    if (!quiet_ && !trials.empty()) fmt::print("{} trainings were done before\n", trials.size());
  }

 private:
  bool quiet_;
  double seconds_;
  Metric metric_;
  double used_ = 0;
  std::size_t trials_ = 0;
};

// The flags of a training that give these settings: "--max-lr 0.001 --weight-decay ...".
std::string flags_of(const Candidate& candidate) {
  std::string flags =
      fmt::format("--max-lr {:.3g} --weight-decay {:.3g} --dropout {:.3g} --batch-size {} --hidden-dim {}",
                  candidate.learning_rate, candidate.weight_decay, candidate.dropout, candidate.batch_size,
                  candidate.width);
  if (candidate.depth > 0) flags += fmt::format(" --depth {}", candidate.depth);
  return flags;
}

// The settings that came farthest, the best first.
std::string tuning_text(const TuneResult& result) {
  constexpr std::size_t kMostSettings = 10;
  const std::vector<std::size_t> order = ranking(result);
  std::string text = fmt::format("{:<12}  {:>5}  {:>10}  flags\n", "settings", "folds", title(result.metric));
  for (const std::size_t candidate : std::span(order).first(std::min(kMostSettings, order.size()))) {
    if (result.scores[candidate].empty()) break;
    const double mean = mean_score(result, candidate);
    text +=
        fmt::format("{:<12}  {:>5}  {:>10}  {}\n", settings_name(candidate), result.scores[candidate].size(),
                    format_score(mean), flags_of(result.candidates[candidate]));
  }
  if (order.size() > kMostSettings)
    text += fmt::format("and {} more in tuning.csv\n", order.size() - kMostSettings);
  return text;
}

// Names all that decides a trial.
std::string search_identity(const SettingSearch& search) {
  const SearchSpace& space = search.options.space;
  return sha256_of(search.settings + fmt::format("{} folds {} {} {} {} {} {}", search.folds.size(),
                                                 space.learning_rate, space.weight_decay, space.dropout,
                                                 space.batch_size, space.width, space.depth));
}

}  // namespace

void add_search_flags(CLI::App& app, SearchOptions& options, const std::string& rows) {
  app.option_defaults()->group("Search");
  app.add_option("--minutes", options.minutes,
                 "time for the search, without the training that follows it (0: no limit)")
      ->check(CLI::Validator(
          [](const std::string& text) {
            try {
              if (parse_double(text) >= 0) return std::string();
            } catch (const FileError&) {
            }
            return "'" + printable(text) + "' is no number of minutes, expected 0 or more";
          },
          "MINUTES"))
      ->capture_default_str();
  app.add_option(
         "--trials", options.candidates,
         "settings to try, of which the first are those that train would take (default: 16, or as many as "
         "--minutes are enough for)")
      ->check(CLI::Range(1, TuneOptions::kMostCandidates));
  app.add_option("--search-folds", options.folds,
                 "parts of the training and validation " + rows + " for the cross-validation; test " + rows +
                     " are never looked at")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
}

SearchSpace space_without_flags(const CLI::App& app) {
  const auto is_free = [&](const char* flag) { return app.count(flag) == 0; };
  return {is_free("--max-lr"),     is_free("--weight-decay"), is_free("--dropout"),
          is_free("--batch-size"), is_free("--hidden-dim"),   is_free("--depth")};
}

std::string search_text() {
  return "Successive halving: all settings are judged on one fold, and the best third of them on further "
         "ones. "
         "What "
         "you give as a flag (--max-lr, --weight-decay, --dropout, --batch-size, --hidden-dim, --depth) is "
         "not "
         "searched.";
}

Candidate search_settings(const SettingSearch& search, const StopSignal& stop) {
  TuningState state(search.folder, search_identity(search), search.resume.resume);
  if (!state.note().empty()) say_notes(search.program, {&state.note(), 1});
  TuneOptions tuning;
  tuning.space = search.options.space;
  tuning.candidates = search.options.candidates;
  if (search.options.minutes > 0) tuning.seconds = 60 * search.options.minutes;
  tuning.seed = search.seed;
  tuning.over_things = search.over_things;
  tuning.known = state.trials();
  tuning.stop = [&] { return stop.requested(); };
  SearchLog log(search.quiet, tuning.seconds, search.metric);
  log.add_known(tuning.known);
  tuning.on_trial = [&](const Trial& trial) {
    state.add(trial);
    log.add(trial);
  };
  const TuneResult result = tune(search.data, search.recipe, search.folds, tuning);
  if (stop.requested()) {
    throw Stopped(stop.signal(),
                  "the trainings that are done are kept in " + (search.folder / "tuning.json").string(),
                  Stopped::GoOn::kWithResume);
  }
  write_text(search.folder / "tuning.csv", tuning_csv(result));
  if (!search.quiet) {
    fmt::print("{}{}\n", tuning_text(result),
               result.best == 0 ? "the recommended settings are the best; training with them"
                                : "training with " + flags_of(result.candidates[result.best]));
    std::fflush(stdout);
  }
  return result.candidates[result.best];
}

}  // namespace plstm::apps
