#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/descriptors/pretraining_molecules.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/pretraining/pretrain.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>
#include <plstm/nn/shared/pooling.hpp>
#include <plstm/train/files/model_file.hpp>

#include "commands.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/rank_roles.hpp"
#include "support/resume.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "support/terminal/progress.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

struct Options {
  InputOptions input;
  fs::path output_dir, targets_file, init_from;
  std::vector<fs::path> left_out;
  PretrainOptions training;
  std::string precision = "float", store = "half";
  int threads = 0;
  bool quiet = false;
  apps::ResumeOptions resume;
};

void say(const Options& options, const std::string& line) {
  if (options.quiet) return;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// Every so often, so that a log stays short.
class Pace {
 public:
  bool due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(10);
    return true;
  }

 private:
  std::chrono::steady_clock::time_point next_{};
};

// Of all that decides which molecules are learnt from. A pipe cannot be read twice, so nothing of it enters.
std::string source_of(const Options& options) {
  const auto digest = [](const fs::path& file) {
    if (file == "-") return std::string("standard input");
    return fs::exists(file) && !fs::is_regular_file(file) ? std::string("a pipe") : sha256_of_file(file);
  };
  std::string source =
      fmt::format("{} {}", digest(options.input.path), fmt::join(options.input.smiles_columns, " "));
  for (const fs::path& file : options.left_out) source += fmt::format(" without {}", digest(file));
  return source;
}

void make_targets(const Options& options, const fs::path& path, const apps::StopSignal& stop) {
  PretrainingMoleculesOptions making;
  making.reading = reader_options(options.input, {});
  for (const fs::path& file : options.left_out) {
    MoleculeReaderOptions reading;
    making.left_out.merge(canonical_smiles_of_file(file, reading));
  }
  if (!options.left_out.empty()) {
    say(options, fmt::format("{} different molecules are left out where they occur", making.left_out.size()));
  }
  making.source = source_of(options);
  making.resume = options.resume.resume && fs::exists(path.string() + ".unfinished");
  making.stop = [&] { return stop.requested(); };
  apps::Progress progress("computing descriptors", "rows", !options.quiet);
  making.on_progress = [&](std::int64_t rows, std::int64_t, std::optional<double> share) {
    progress.at(rows, share);
  };
  const PretrainingMolecules counts = write_pretraining_molecules(options.input.path, path, making);
  if (!counts.finished) {
    throw apps::Stopped(stop.signal(), fmt::format("descriptors of {} molecules are kept", counts.kept),
                        apps::Stopped::GoOn::kWithResume);
  }
  say(options,
      fmt::format("{} rows: descriptors of {} molecules written to {}; {} rows left out, {} too large, {} "
                  "that cannot be read",
                  counts.rows, counts.kept, path.string(), counts.left_out, counts.too_large, counts.bad));
  if (counts.bad > 0) fmt::print(stderr, "plstm-mol: {}\n", counts.first_error);
}

void train_on(const Options& options, const PretrainingSet& set, apps::OutputFolder& folder,
              apps::StopSignal& stop) {
  const Ranks& ranks = options.training.ranks;
  const fs::path state = options.output_dir / "checkpoint.safetensors";
  say(options,
      fmt::format("{} molecules with {} targets each", set.num_graphs(), set.header().target_names.size()));
  if (ranks.is_first()) {
    const std::string said =
        apps::settle_checkpoints(options.resume, options.output_dir,
                                 fs::exists(state) ? std::span(&state, 1) : std::span<const fs::path>());
    if (!said.empty()) fmt::print(stderr, "plstm-mol: {}\n", said);
  }
  folder.make();
  Pace pace;
  PretrainHooks hooks;
  hooks.on_progress = [&](const PretrainProgress& p) {
    if (pace.due() || p.step == p.steps) {
      const double left = static_cast<double>((p.steps - p.step) * options.training.batch_size) /
                          std::max(p.graphs_per_second, 1e-9);
      say(options, fmt::format("step {} of {}  loss {:.4f}  {:.0f} molecules/s  about {} left", p.step,
                               p.steps, p.loss, p.graphs_per_second, apps::duration_text(left)));
    }
  };
  hooks.on_epoch = [&](const EpochReport& r) {
    const std::string judged = std::isnan(r.validation_loss)
                                   ? "too few molecules for a validation"
                                   : fmt::format("validation {:.4f}", r.validation_loss);
    say(options, fmt::format("epoch {} of {}  loss {:.4f}  {}  {:.0f} s", r.epoch, options.training.epochs,
                             r.train_loss, judged, r.seconds));
  };
  hooks.stop = [&] { return stop.requested(); };
  hooks.state = state;
  hooks.seconds = options.resume.seconds;
  hooks.resume = options.resume.resume;
  hooks.on_note = [](const std::string& note) { fmt::print(stderr, "plstm-mol: {}\n", note); };
  const PretrainResult result = pretrain(set, options.training, hooks);
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  FolderTransaction& files = folder.files();
  if (result.stopped) {
    throw apps::Stopped(stop.signal(), fmt::format("{} holds what was learnt so far", state.string()),
                        apps::Stopped::GoOn::kWithResume);
  }
  save_model(files.staging() / "model.safetensors", result.model,
             options.store == "half" ? StoredPrecision::kHalf : StoredPrecision::kFloat);
  std::string table = "target,explained_variance\n";
  const std::vector<double> explained =
      explained_variance(set, result.model, options.training.validation_blocks);
  for (std::size_t k = 0; k < explained.size(); ++k) {
    table += fmt::format("{},{}\n", set.header().target_names[k], explained[k]);
  }
  apps::write_text(files.staging() / "targets.csv", table);
  files.commit();
  apps::remove_checkpoints(options.output_dir, {&state, 1});
  say(options, fmt::format("written to {}", options.output_dir.string()));
}

void run(Options options) {
  options.training.precision = parse_precision(options.precision);
  check_precision(options.training.precision);
  const Ranks& ranks = options.training.ranks;
  const ThreadLimit limit(apps::threads_for(ranks, options.threads));
  apps::check_all_can_read(ranks, {&options.input.path, 1});
  apps::OutputFolder folder(options.output_dir, ranks);
  const fs::path targets =
      options.targets_file.empty() ? options.output_dir / "targets.set" : options.targets_file;
  apps::StopSignal stop(options.resume.seconds_left());
  if (ranks.is_first() && !fs::exists(targets)) {
    if (options.input.path.empty()) {
      throw ConfigError(fmt::format("{} does not exist, so --data-path has to say where the molecules are",
                                    targets.string()));
    }
    folder.files();
    make_targets(options, targets, stop);
  }
  ranks.barrier();
  if (!options.init_from.empty()) {
    options.training.start = std::make_shared<const TrainedModel>(load_model(options.init_from));
    options.training.model = options.training.start->config;
  }
  const PretrainingSet set(targets);
  if (!options.input.path.empty() && set.header().source != source_of(options)) {
    throw ConfigError(
        fmt::format("{}: holds descriptors of other molecules than those of --data-path and --leave-out; "
                    "remove it, choose another folder, or leave --data-path out to learn from it",
                    targets.string()));
  }
  train_on(options, set, folder, stop);
}

}  // namespace

void add_pretrain_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "pretrain", "Teach a network the computed descriptors of many molecules, to start trainings from it");
  auto options = std::make_shared<Options>();
  Options& o = *options;
  o.training.model = recommended_pretraining_model();
  StmBody& body = stm_body(o.training.model);
  app->option_defaults()->group("Data");
  app->add_option(
      "-i,--data-path", o.input.path,
      "CSV, TSV, SMI or SD file of molecules, perhaps compressed (.gz); - is standard input. A sorted file "
      "should be shuffled first");
  app->add_option("-o,--output-dir", o.output_dir, "folder for the model and the descriptors")->required();
  add_input_options(*app, o.input, false);
  app->add_option(
      "--targets-file", o.targets_file,
      "file of descriptors, which is made if it does not exist (default: targets.set in the output folder)");
  app->add_option("--leave-out", o.left_out,
                  "files of molecules that must not be learnt from, such as test sets");
  app->add_option(
      "--init-from", o.init_from,
      "model of an earlier pretraining with the same descriptors, to go on from; it decides the size");
  app->option_defaults()->group("Training");
  app->add_option("--epochs", o.training.epochs, "passes over the molecules")->capture_default_str();
  app->add_option("--batch-size", o.training.batch_size, "molecules per step")->capture_default_str();
  app->add_option("--max-lr", o.training.learning_rate, "learning rate after warm-up")->capture_default_str();
  app->option_defaults()->group("Network");
  app->add_option("--hidden-dim", o.training.model.width, "width D of the node states")
      ->capture_default_str();
  app->add_option("--heads", body.heads, "heads H")->capture_default_str();
  app->add_option("--blocks", body.blocks, "one letter a block, P or D: its mode")->capture_default_str();
  app->add_option("--dropout", o.training.model.dropout, "on what each branch adds")->capture_default_str();
  app->add_option_function<std::string>(
         "--aggregation",
         [&o](const std::string& text) {
           o.training.model.pooling = parse_named(kPoolingNames, "aggregation", text);
         },
         "atoms to molecule (default: scaled_sum)")
      ->check(CLI::IsMember(names_of(kPoolingNames)));
  app->option_defaults()->group("Running");
  app->add_option("--seed", o.training.seed, "seed of first values, batches and questions")
      ->capture_default_str();
  app->add_option("--precision", o.precision, "precision of products: float or bfloat16")
      ->capture_default_str();
  app->add_option("--store", o.store, "precision of the numbers in the model file")
      ->check(CLI::IsMember({"half", "float"}))
      ->capture_default_str();
  app->add_option("--threads", o.threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app->add_flag("--quiet", o.quiet, "print no progress");
  apps::add_resume_flags(*app, o.resume);
  app->footer(
      "Example: plstm-mol pretrain -i structures.smi.gz -o pretrained --leave-out measured.csv --epochs 3");
  app->callback([options, &command] {
    command = [options](const Ranks& ranks) {
      options->training.ranks = ranks;
      run(*options);
    };
  });
}

}  // namespace plstm::mol
