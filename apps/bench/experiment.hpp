#pragma once

#include "options.hpp"

namespace plstm::bench {

/// Runs every model on every data set by the protocol, side by side, and keeps the results in the output
/// folder: a file for each finished run, and the tables of all runs that the folder holds. A run whose file
/// is there already is not repeated. Throws ConfigError or FileError before anything runs where it can;
/// TrainingError at the end if some runs failed (the others are kept); Stopped after a signal, with the runs that are
/// done kept and those that are not listed.
void run_experiment(const BenchOptions& options);

/// Prints the data sets that are found, and the models.
void print_list(const BenchOptions& options);

}  // namespace plstm::bench
