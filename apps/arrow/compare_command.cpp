#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/folder_lock.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/run_queue.hpp>

#include "commands.hpp"
#include "comparison.hpp"
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
  apps::make_folder(options.run.output_dir);
  const FolderLock lock(options.run.output_dir);
  const apps::StopSignal stop;
  std::vector<std::optional<RunResult>> results(runs.size());
  std::mutex mutex;  // protects the results and the terminal
  std::string table;
  const auto keep = [&](std::size_t i, RunResult result) {
    const std::lock_guard lock_results(mutex);
    results[i] = std::move(result);
    std::vector<RunResult> done;
    for (const auto& r : results) {
      if (r.has_value()) done.push_back(*r);
    }
    table = write_comparison(options.run.output_dir, options.run, done);
    fmt::print("{} done\n", name(results[i]->kind));
    std::fflush(stdout);
  };
  const int jobs = static_cast<int>(options.jobs == 0 ? std::ssize(runs) : options.jobs);
  work_off(runs.size(), jobs, [&](std::size_t i) {
    if (stop.requested()) return;
    RunResult result = run_training(runs[i], stop);
    if (!result.stopped) keep(i, std::move(result));
  });
  const auto finished = std::ranges::count_if(results, [](const auto& r) { return r.has_value(); });
  if (finished < std::ssize(runs)) {
    throw apps::Stopped(stop.signal(),
                        fmt::format("{} of {} models are trained and tested", finished, runs.size()),
                        apps::Stopped::GoOn::kWithResume);
  }
  fmt::print("\n{}\nwritten to {}\n", table, options.run.output_dir.string());
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
