#pragma once

#include <functional>

#include "run_options.hpp"

namespace CLI {
class App;
}

namespace plstm::dag {

/// Adds the flags of a training. The function that is returned puts into `options` what the user chose by name; it is to
/// be called once, after the arguments are parsed, and throws ConfigError in the words of the command line. `options` must
/// outlive both.
std::function<void()> add_train_flags(CLI::App& app, RunOptions& options);

}  // namespace plstm::dag
