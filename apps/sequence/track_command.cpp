#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/train/language_model_file.hpp>

#include "commands.hpp"
#include "group_task.hpp"
#include "support/output_folder.hpp"
#include "tracking_table.hpp"

namespace plstm::sequence {
namespace {

struct TrackOptions {
  std::vector<std::string> tasks{"parity", "s3", "s5"};
  std::vector<Index> states{1, 2, 3, 4};
  std::vector<std::string> eigenvalues{"tanh", "logsigmoid", "expexp"};
  std::vector<std::string> norms{"exponential_orthogonalization"};
  TrackingSettings settings;
  std::int64_t seeds = 1;
  std::filesystem::path output_dir = "tracking";
  int threads = 0;
  bool verbose = false;
};

// Every model asked for; with JT = 1 there is nothing to normalise, so once for all norms.
std::vector<TrackingSettings> runs_of(const TrackOptions& o) {
  if (o.seeds < 1) throw ConfigError("--seeds must be at least 1");
  std::vector<TrackingSettings> runs;
  for (const std::string& task : o.tasks) {
    for (const Index state : o.states) {
      for (const std::string& form : o.eigenvalues) {
        for (const std::string& norm : o.norms) {
          if (state == 1 && norm != o.norms.front()) continue;
          for (std::int64_t seed = 0; seed < o.seeds; ++seed) {
            TrackingSettings run = o.settings;
            run.task = task;
            run.state = state;
            run.eigenvalues = parse_eigenvalue_form(form);
            run.norm = parse_transition_norm(norm);
            run.seed = o.settings.seed + static_cast<std::uint64_t>(seed);
            make_language_model(tracking_model(run));  // throws before hours of other runs
            runs.push_back(run);
          }
        }
      }
    }
  }
  return runs;
}

void track(const TrackOptions& o) {
  const std::vector<TrackingSettings> runs = runs_of(o);
  const ThreadLimit limit(o.threads);
  apps::make_folder(o.output_dir);
  fmt::print("{}", table_header(o.settings));
  std::vector<TrackingRow> rows;
  for (const TrackingSettings& run : runs) {
    const auto report = [&](const EpochReport& e) {
      if (!o.verbose) return;
      fmt::print(stderr,
                 "{} JT {} {} {} seed {} epoch {}: loss {:.4f}, validation accuracy {:.4f}, {:.1f} s\n",
                 run.task, run.state, name(run.eigenvalues), norm_name(run), run.seed, e.epoch, e.train_loss,
                 e.validation_metric, e.seconds);
    };
    rows.push_back({run, run_tracking(run, report)});
    fmt::print("{}", table_line(rows.back()));
    std::fflush(stdout);
    write_tracking_tables(o.output_dir, rows);
  }
}

}  // namespace

void add_track_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("track", "State tracking: the running product of elements of a group");
  auto options = std::make_shared<TrackOptions>();
  TrackOptions& o = *options;
  TrackingSettings& s = o.settings;
  const auto add = [app](const char* flag, auto& value, const char* help) {
    return app->add_option(flag, value, help)->capture_default_str();
  };
  add("--tasks", o.tasks, "parity, s3, s5")->delimiter(',');
  add("--states", o.states, "JT, columns of the state that transitions mix")->delimiter(',');
  add("--eigenvalues", o.eigenvalues, "tanh, logsigmoid, expexp")->delimiter(',');
  add("--norms", o.norms,
      "of transitions with JT > 1: exponential_orthogonalization, householder_orthogonalization, qr, "
      "eigenvalue_limit, singular_value_limit")
      ->delimiter(',');
  add("--seeds", o.seeds, "repetitions, each with data of its own");
  add("--seed", s.seed, "the first of them");
  add("--length", s.length, "of the sequences to train on");
  add("--test-length", s.test_length, "of the longer sequences to test on");
  add("--samples", s.samples, "sequences to train on");
  add("--test-samples", s.test_samples, "sequences for each test");
  add("--epochs", s.epochs, "passes over them");
  add("--batch-size", s.batch_size, "sequences per step");
  add("--learning-rate", s.learning_rate, "after warm-up");
  add("--weight-decay", s.weight_decay, "AdamW's decoupled decay");
  add("--width", s.width, "of the model; a multiple of heads times JT");
  add("--blocks", s.blocks, "of the model");
  add("--heads", s.heads, "of the layers");
  add("--taps", s.taps, "of the convolution (0: none)");
  add("--transition-std", s.transition_std, "first weights of the transitions, times the root of the width");
  add("-o,--output-dir", o.output_dir, "folder for results.csv, results.json and results.md");
  add("--threads", o.threads, "0: all cores; does not change results");
  app->add_flag("--verbose", o.verbose, "a line per epoch");
  app->callback([options, &command] { command = [options] { track(*options); }; });
}

}  // namespace plstm::sequence
