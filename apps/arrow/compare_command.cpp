#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/run_queue.hpp>

#include "arrow/training/comparison.hpp"
#include "commands.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

struct CompareOptions {
  RunOptions run = default_run_options();
  std::vector<std::string> models = network_names();
  std::int64_t jobs = 1;
};

void run(const CompareOptions& options) {
  if (options.jobs < 0) throw ConfigError(fmt::format("--jobs is {}, expected 0 or more", options.jobs));
  std::vector<RunOptions> runs;
  for (const std::string& model : options.models) {
    runs.push_back(options.run);
    runs.back().network.kind = parse_network_kind(model);
    runs.back().output_dir = options.run.output_dir / model;
    check_run_options(runs.back());
  }
  const ThreadLimit limit(options.run.threads);
  apps::OutputFolder folder(options.run.output_dir);
  FolderTransaction& files = folder.files();
  apps::StopSignal stop(options.run.resume.seconds_left());
  std::vector<std::optional<RunResult>> results(runs.size());
  std::mutex mutex;  // of the terminal
  const int jobs = static_cast<int>(options.jobs == 0 ? std::ssize(runs) : options.jobs);
  work_off(runs.size(), jobs, [&](std::size_t i) {
    if (stop.requested()) return;
    RunResult result = run_training(runs[i], stop);
    if (result.stopped) return;
    results[i] = std::move(result);
    const std::lock_guard lock(mutex);
    fmt::print("{} done\n", name(runs[i].network.kind));
    std::fflush(stdout);
  });
  std::vector<RunResult> finished;
  for (const auto& result : results) {
    if (result.has_value()) finished.push_back(*result);
  }
  if (finished.size() < runs.size()) {
    throw apps::Stopped(stop.signal(),
                        fmt::format("{} of {} models are trained and tested", finished.size(), runs.size()),
                        apps::Stopped::GoOn::kWithResume);
  }
  fmt::print("\n{}\nwritten to {}\n", write_comparison(files, options.run, finished),
             options.run.output_dir.string());
}

}  // namespace

void add_compare_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("compare", "Train several models with the same settings and make a table");
  auto options = std::make_shared<CompareOptions>();
  app->add_option("-o,--output-dir", options->run.output_dir,
                  "folder for the table and for a folder of each run")
      ->required();
  app->add_option("--models", options->models, "models to train, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember(network_names()))
      ->capture_default_str();
  add_run_flags(*app, options->run);
  app->add_option("--jobs", options->jobs,
                  "number of runs side by side, which share the threads (0: all); does not change results")
      ->capture_default_str();
  app->add_option("--threads", options->run.threads,
                  "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app->add_flag("--quiet", options->run.quiet, "print no line per epoch");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::arrow
