#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/parallel.hpp>

#include "arrow/training/training_run.hpp"
#include "commands.hpp"
#include "support/rank_roles.hpp"

namespace plstm::arrow {

void add_train_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("train", "Train at one size, test at that and at larger ones");
  auto options = std::make_shared<RunOptions>(default_run_options());
  auto kind = std::make_shared<std::string>(name(options->network.kind));
  app->add_option("-o,--output-dir", options->output_dir, "folder for the model and the records of the run")
      ->required();
  app->add_option(
         "--model", *kind,
         "pd: pLSTM; p, d: pLSTM with one mode only; nopos: pd without positions; vit: vision transformer")
      ->check(CLI::IsMember(network_names()))
      ->capture_default_str();
  add_run_flags(*app, *options);
  app->add_option("--start-from", options->start,
                  "folder of a run with the same network, or its model file: start with its parameters");
  app->add_option("--threads", options->threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app->add_flag("--quiet", options->quiet, "print no line per epoch");
  app->callback([options, kind, &command] {
    command = [options, kind](const Ranks& ranks) {
      options->training.ranks = ranks;
      options->network.kind = parse_network_kind(*kind);
      const ThreadLimit limit(apps::threads_for(ranks, options->threads));
      apps::StopSignal stop(options->resume.seconds_left());
      const RunResult result = run_training(*options, stop);
      if (result.stopped) {
        throw apps::Stopped(stop.signal(), describe_stopped(*options, result),
                            apps::Stopped::GoOn::kWithResume);
      }
      fmt::print("{}written to {}\n", format_scores(options->network.size, result.tests),
                 options->output_dir.string());
    };
  });
}

}  // namespace plstm::arrow
