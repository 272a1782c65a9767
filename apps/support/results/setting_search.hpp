#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/learn/tuning/tune.hpp>

#include "support/resume.hpp"
#include "support/stop_signal.hpp"

namespace CLI {
class App;
}

namespace plstm::apps {

/// What the user says about a search of settings.
struct SearchOptions {
  double minutes = 0;           ///< for the search; 0: no limit
  std::int32_t candidates = 0;  ///< settings to try; 0: as many as the time allows
  std::int32_t folds = 4;
  SearchSpace space;  ///< without what the user has fixed
};

/// Adds --minutes, --trials and --search-folds in the group Search. `rows` is what is divided, as "rows" or "graphs".
void add_search_flags(CLI::App& app, SearchOptions& options, const std::string& rows);

/// All settings but those that the user has given as flags of this command.
SearchSpace space_without_flags(const CLI::App& app);

/// How such a search goes about, for the help of a command.
std::string search_text();

/// A search, as a program gives it.
struct SettingSearch {
  std::string program;           ///< in whose name the user is told of things
  std::filesystem::path folder;  ///< of the run
  const SearchOptions& options;
  std::string settings;  ///< text of what decides a trial beside the options: config.json
  const ResumeOptions& resume;
  bool quiet = false;
  std::uint64_t seed = 0;
  const LabeledGraphs& data;
  const Recipe& recipe;
  std::vector<Split> folds;
  bool over_things = false;  ///< what the folds are of
  Metric metric;
};

/// Searches settings by successive halving (learn/tuning/tune.hpp), says how it goes, and returns the best ones, which are
/// what the recipe recommends unless others are better. The folder, which must exist, gets tuning.csv, and tuning.json
/// with the trainings of the search, so that --resume goes on where it was. Throws what tune() throws, and Stopped.
Candidate search_settings(const SettingSearch& search, const StopSignal& stop);

}  // namespace plstm::apps
