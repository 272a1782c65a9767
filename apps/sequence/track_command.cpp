#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/language_model_file.hpp>

#include "commands.hpp"
#include "group_task.hpp"
#include "support/rank_roles.hpp"
#include "support/resume.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "tracking_table.hpp"

namespace plstm::sequence {
namespace {

struct TrackOptions {
  std::vector<std::string> tasks{"parity", "s3", "s5"};
  std::vector<Index> states{1, 2, 3, 4};
  std::vector<std::string> eigenvalues{"tanh", "logsigmoid", "expexp"};
  std::vector<std::string> norms{"exponential_orthogonalization", "householder_orthogonalization", "qr",
                                 "eigenvalue_limit", "singular_value_limit"};
  std::vector<std::string> norm_models{"s3:3"};
  TrackingSettings settings;
  std::int64_t seeds = 1;
  std::filesystem::path output_dir = "tracking";
  apps::ResumeOptions resume;
  int threads = 0;
  bool verbose = false;
};

void check_at_least_one(const char* flag, std::int64_t value) {
  if (value < 1) throw ConfigError(fmt::format("{} is {}, expected at least 1", flag, value));
}

// Of all sequences of one set together; they are in memory, with their targets.
constexpr std::int64_t kMostPositions = std::int64_t{1} << 30;

void check_at_most(const char* flag, std::int64_t value, std::int64_t most, const char* of_what) {
  if (value > most) {
    throw ConfigError(fmt::format("{} is {}, expected at most {}{}", flag, value, most, of_what));
  }
}

// Models that are trained with every normalisation.
std::set<std::pair<std::string, Index>> norm_models(const TrackOptions& o) {
  std::set<std::pair<std::string, Index>> models;
  for (const std::string& text : o.norm_models) {
    const std::size_t colon = text.find(':');
    Index state = 0;
    const char* end = text.data() + text.size();
    if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, state).ptr != end ||
        state < 1) {
      throw ConfigError(fmt::format("--norm-models: '{}', expected a task and JT, as in s3:3", text));
    }
    models.emplace(text.substr(0, colon), state);
  }
  return models;
}

// All runs that the options ask for. With JT = 1 there is nothing to normalise.
std::vector<TrackingSettings> runs_of(const TrackOptions& o) {
  check_at_least_one("--seeds", o.seeds);
  check_at_least_one("--length", o.settings.length);
  check_at_least_one("--test-length", o.settings.test_length);
  check_at_least_one("--samples", o.settings.samples);
  check_at_least_one("--test-samples", o.settings.test_samples);
  check_at_most("--seeds", o.seeds, 1'000'000, "");
  check_at_most("--length", o.settings.length, kMostPositions, "");
  check_at_most("--test-length", o.settings.test_length, kMostPositions, "");
  for (const auto& [flag, samples] :
       {std::pair("--samples", o.settings.samples), std::pair("--test-samples", o.settings.test_samples)}) {
    check_at_most(flag, samples, kMostPositions / std::max(o.settings.length, o.settings.test_length),
                  " of this length");
  }
  const auto all_norms = norm_models(o);
  if (o.norms.empty()) throw ConfigError("--norms names no normalisation");
  std::vector<TrackingSettings> runs;
  const auto add = [&](const std::string& task, Index state, const std::string& form,
                       const std::string& norm) {
    TrackingSettings run = o.settings;
    run.task = task;
    run.state = state;
    run.eigenvalues = parse_eigenvalue_form(form);
    run.norm = parse_transition_norm(norm);
    make_language_model(tracking_model(run));  // throws now instead of after an hour of other runs
    for (std::int64_t seed = 0; seed < o.seeds; ++seed) {
      run.seed = o.settings.seed + static_cast<std::uint64_t>(seed);
      runs.push_back(run);
    }
  };
  for (const std::string& task : o.tasks) {
    for (const Index state : o.states) {
      const std::size_t norms = state > 1 && all_norms.contains({task, state}) ? o.norms.size() : 1;
      for (std::size_t norm = 0; norm < norms; ++norm) {
        for (const std::string& form : o.eigenvalues) add(task, state, form, o.norms[norm]);
      }
    }
  }
  return runs;
}

std::filesystem::path checkpoint_folder(const TrackOptions& o) {
  return o.output_dir / "checkpoints";
}

std::vector<std::filesystem::path> checkpoints_of(const TrackOptions& o) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(checkpoint_folder(o), none)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  return files;
}

TrainingCheckpoint checkpoint_of(const TrackOptions& o, const TrackingSettings& run) {
  const std::string file = fmt::format("{}_{}_{}_{}_{}.safetensors", run.task, run.state,
                                       name(run.eigenvalues), name(run.norm), run.seed);
  return TrainingCheckpoint(
      {.file = checkpoint_folder(o) / file,
       .settings = training_settings(run),
       .seconds = o.resume.seconds,
       .resume = o.resume.resume,
       .on_note = [](const std::string& note) { fmt::print(stderr, "plstm-sequence: {}\n", note); }});
}

std::string title(const TrackingSettings& run) {
  return fmt::format("{} JT {} {} {} seed {}", run.task, run.state, name(run.eigenvalues), norm_name(run),
                     run.seed);
}

TrackingResult run_with_checkpoint(const TrackOptions& o, const TrackingSettings& run, const Ranks& ranks,
                                   const apps::StopSignal& stop) {
  TrainHooks hooks;
  hooks.stop = [&stop] { return stop.requested(); };
  hooks.on_epoch = [&](const EpochReport& e) {
    if (!o.verbose) return;
    fmt::print(stderr, "{} epoch {}: loss {:.4f}, validation accuracy {:.4f}, {:.1f} s\n", title(run),
               e.epoch, e.train_loss, e.validation_metric, e.seconds);
  };
  TrainingCheckpoint checkpoint = checkpoint_of(o, run);
  return run_tracking(run, ranks, hooks, checkpoint);
}

// Of the table: the settings of its runs, in their order.
std::string identity_of(const std::vector<TrackingSettings>& runs) {
  TrainingFingerprint all;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    all.emplace(fmt::to_string(i), apps::identity_of(all_settings(runs[i])));
  }
  return apps::identity_of(all);
}

void remove_all_checkpoints(const TrackOptions& o) {
  std::error_code others_are_in_it;
  if (!std::filesystem::is_directory(checkpoint_folder(o), others_are_in_it)) return;
  apps::remove_checkpoints(checkpoint_folder(o), checkpoints_of(o));
  std::filesystem::remove(checkpoint_folder(o), others_are_in_it);
}

void track(const TrackOptions& o, const Ranks& ranks) {
  const bool first = ranks.is_first();
  const std::vector<TrackingSettings> runs = runs_of(o);
  const std::string identity = identity_of(runs);
  const ThreadLimit limit(apps::threads_for(ranks, o.threads));
  apps::OutputFolder folder(o.output_dir, ranks);
  if (apps::first_says(ranks, first && o.resume.resume && holds_finished_run(o.output_dir, identity))) {
    apps::leave_to_first(ranks);
    remove_all_checkpoints(o);  // of a run that was killed at its very end
    fmt::print("{}: this run is finished already\n{}", o.output_dir.string(),
               read_whole_file(o.output_dir / "results.md"));
    return;
  }
  folder.make();
  if (first) {
    apps::make_folder(checkpoint_folder(o));
    remove_partial_files(checkpoint_folder(o));
    const std::string line = apps::settle_checkpoints(o.resume, o.output_dir, checkpoints_of(o));
    if (!line.empty()) fmt::print(stderr, "{}\n", line);
  }
  ranks.barrier();
  fmt::print("{}", table_header(o.settings));
  apps::StopSignal stop(o.resume.seconds_left());
  std::vector<TrackingRow> rows;
  for (const TrackingSettings& run : runs) {
    apps::share_stop(ranks, stop);
    if (stop.requested()) break;
    TrackingRow row{run, run_with_checkpoint(o, run, ranks, stop)};
    if (row.result.stopped) break;
    rows.push_back(std::move(row));
    fmt::print("{}", table_line(rows.back()));
    std::fflush(stdout);
  }
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  FolderTransaction& files = folder.files();
  if (!rows.empty()) write_tracking_tables(files, rows, identity, runs.size());
  if (rows.size() < runs.size()) {
    throw apps::Stopped(
        stop.signal(),
        fmt::format("{} of {} models are trained and tested; {}", rows.size(), runs.size(),
                    rows.empty() ? "there is no table yet" : o.output_dir.string() + " holds their tables"),
        apps::Stopped::GoOn::kWithResume);
  }
  remove_all_checkpoints(o);
}

}  // namespace

void add_track_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "track", "Train networks on state tracking: the running product of elements of a group");
  auto options = std::make_shared<TrackOptions>();
  TrackOptions& o = *options;
  TrackingSettings& s = o.settings;
  const auto add = [app](const char* flag, auto& value, const char* help) {
    return app->add_option(flag, value, help)->capture_default_str();
  };
  add("--tasks", o.tasks, "tasks: parity, s3, s5")->delimiter(',');
  add("--states", o.states, "columns JT of the state, which transitions mix")->delimiter(',');
  add("--eigenvalues", o.eigenvalues, "eigenvalues: tanh, logsigmoid, expexp")->delimiter(',');
  add("--norms", o.norms,
      "normalisations of transitions with JT > 1; the first is for all models, the others for --norm-models")
      ->delimiter(',');
  add("--norm-models", o.norm_models, "models that are trained with every normalisation: task:JT")
      ->delimiter(',');
  add("--seeds", o.seeds, "number of repetitions, each with its own data");
  add("--seed", s.seed, "seed of the first repetition");
  add("--length", s.length, "length of the training sequences");
  add("--test-length", s.test_length, "length of the longer test sequences");
  add("--samples", s.samples, "number of training sequences");
  add("--test-samples", s.test_samples, "number of sequences in each test");
  add("--epochs", s.epochs, "passes over the training sequences");
  add("--batch-size", s.batch_size, "sequences per step");
  add("--learning-rate", s.learning_rate, "learning rate after warm-up");
  add("--weight-decay", s.weight_decay, "AdamW's decoupled decay");
  add("--width", s.width, "width of the model; a multiple of heads times JT");
  add("--blocks", s.blocks, "number of blocks");
  add("--heads", s.heads, "heads of each layer");
  add("--taps", s.taps, "taps of the convolution (0: no convolution)");
  add("--transition-std", s.transition_std,
      "standard deviation of the first weights of transitions, times the root of the width");
  add("-o,--output-dir", o.output_dir, "folder for results.csv, results.json and results.md");
  apps::add_resume_flags(*app, o.resume);
  add("--threads", o.threads, "number of threads (0: all cores); does not change results");
  app->add_flag("--verbose", o.verbose, "print a line per epoch");
  app->callback([options, &command] { command = [options](const Ranks& ranks) { track(*options, ranks); }; });
}

}  // namespace plstm::sequence
