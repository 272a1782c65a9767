#pragma once

#include "options.hpp"

namespace CLI {
class App;
}

namespace plstm::bench {

/// Where data lies: --data-dir, --manifest.
void add_data_flags(CLI::App& app, BenchOptions& options);

/// All flags of the sub-command for a kind of data; `options` must outlive the parsing.
void add_experiment_flags(CLI::App& app, BenchOptions& options);

}  // namespace plstm::bench
