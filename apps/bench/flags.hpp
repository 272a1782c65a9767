#pragma once

#include <string>
#include <vector>

#include "options.hpp"

namespace CLI {
class App;
}

namespace plstm::bench {

/// Where data lies: --data-dir, --manifest.
void add_data_flags(CLI::App& app, BenchOptions& options);

/// Whose settings: benchmarks of DAGs make their graphs in one way only, so that these have no flags for it.
enum class SettingsOf { kGraphsAndMolecules, kDags };

/// Settings that have a flag of their own, and --set for all; `changes` must outlive the parsing.
void add_setting_flags(CLI::App& app, Json& changes, SettingsOf what);

/// --resume, which is what every start does, --checkpoint-seconds and --max-time.
void add_going_on_flags(CLI::App& app, apps::ResumeOptions& options);

/// Throws ConfigError for a name that is given twice, which would count twice in the tables.
void check_names(const char* flag, std::vector<std::string> names);

/// All flags of the sub-command for a kind of data; `options` must outlive the parsing.
void add_experiment_flags(CLI::App& app, BenchOptions& options);

}  // namespace plstm::bench
