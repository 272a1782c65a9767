#include "certainty_flags.hpp"

#include <CLI/CLI.hpp>

#include "support/results/coverage.hpp"

namespace plstm::mol {

void add_certainty_flags(CLI::App& app, CertaintyOptions& options) {
  apps::add_confidence_flag(app, options.confidence);
  app.add_flag("--no-intervals", options.no_intervals, "write no intervals and no sets of classes");
  app.add_flag(
      "--no-domain", options.no_domain,
      "write neither the similarity to the nearest training molecule nor warnings of what the model has "
      "never seen");
  app.add_option(
      "--neighbours-out", options.neighbours,
      "CSV file to write with the nearest training molecules: their rows in the training data (from 1)");
  app.add_option("--num-neighbours", options.num_neighbours, "how many of them for each molecule")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

}  // namespace plstm::mol
