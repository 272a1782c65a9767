#include "text_training.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/language_model_file.hpp>
#include <plstm/train/files/training_checkpoint.hpp>
#include <plstm/train/loop/sequence_learner.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/loop/trainer_state.hpp>

#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::sequence {
namespace {

constexpr const char* kModel = "model.safetensors";
constexpr const char* kMetrics = "metrics.csv";
constexpr const char* kSample = "sample.txt";
constexpr const char* kCheckpoint = "checkpoint.safetensors";

double bits(double loss) {
  return loss / std::numbers::ln2;
}

void write_metrics(const std::filesystem::path& path, const std::vector<EpochReport>& history) {
  AtomicFile file(path);
  write_csv_row(file.stream(), std::vector<std::string>{"epoch", "learning_rate", "train_bits",
                                                        "validation_bits", "validation_accuracy", "seconds"});
  for (const EpochReport& e : history) {
    write_csv_row(file.stream(),
                  std::vector<std::string>{fmt::to_string(e.epoch), fmt::format("{:.6g}", e.learning_rate),
                                           fmt::format("{:.5f}", bits(e.train_loss)),
                                           fmt::format("{:.5f}", bits(e.validation_loss)),
                                           fmt::format("{:.5f}", e.validation_metric),
                                           fmt::format("{:.2f}", e.seconds)});
  }
  file.commit();
}

TrainedLanguageModel model_to_train(const TextOptions& o, const TextData& data) {
  TrainedLanguageModel trained;
  trained.vocabulary = data.vocabulary;
  trained.config = o.config;
  trained.config.vocabulary = std::ssize(data.vocabulary);
  trained.config.block = parse_sequence_block(o.block);
  trained.config.eigenvalues = parse_eigenvalue_form(o.eigenvalues);
  trained.config.norm = parse_transition_norm(o.norm);
  trained.config.tracking = {.state = o.state, .key = 1, .value = o.state, .output = o.state, .query = 1};
  return trained;
}

TrainingFingerprint training_settings(const TextOptions& o, const TextData& data,
                                      const LanguageModelConfig& config) {
  TrainingFingerprint settings = apps::settings_of_json(to_json(config));
  settings.emplace("plstm", PLSTM_VERSION);
  settings.emplace("length", fmt::to_string(o.split.length));
  settings.emplace("validation", fmt::to_string(o.split.validation));
  Hash hash;
  hash.add(data.vocabulary);
  hash.add_all<std::int32_t>(data.tokens);
  settings.emplace("text (hash)", hash.text());
  return settings;
}

void check_input_is_no_output(const TextOptions& o) {
  for (const char* name : {kModel, kMetrics, kSample, kCheckpoint, kManifestName}) {
    if (!same_file(o.input, o.output_dir / name)) continue;
    throw ConfigError(fmt::format("the run would replace its input {}; name another folder with --output-dir",
                                  o.input.string()));
  }
}

// What decides the files of the run: also the sample, which comes after the training.
RunManifest manifest_of(const TextOptions& o, const TextData& data, const TrainingFingerprint& training) {
  TrainingFingerprint all = training;
  all.emplace("characters", fmt::to_string(o.sample.characters));
  all.emplace("prompt", o.sample.prompt);
  all.emplace("temperature", fmt::to_string(o.sample.temperature));
  all.emplace("context", fmt::to_string(o.sample.context));
  RunManifest manifest;
  manifest.version = std::string("plstm-sequence ") + PLSTM_VERSION;
  manifest.data_path = o.input.string();
  manifest.data_sha256 = data.sha256;
  manifest.rows = std::ssize(data.starts);
  manifest.identity = apps::identity_of(all);
  manifest.seed = o.train.seed;
  manifest.members = manifest.planned_members = 1;
  return manifest;
}

void say_where_it_goes_on(const TextOptions& o, const Trainer& trainer) {
  fmt::print("goes on from {}: {} of {} epochs are done\n", (o.output_dir / kCheckpoint).string(),
             trainer.history().size(), o.train.epochs);
}

// The model and its history take the places of all that a run before left. Without a sample the run was not finished.
void commit_model(FolderTransaction& files, RunManifest manifest, const TrainedLanguageModel& trained,
                  const std::vector<EpochReport>& history) {
  save_language_model(files.staging() / kModel, trained);
  write_metrics(files.staging() / kMetrics, history);
  manifest.stopped = !std::filesystem::exists(files.staging() / kSample);
  commit_run(files, std::move(manifest), std::array{std::string(kSample)});
}

TrainResult train_and_keep(apps::OutputFolder& folder, const RunManifest& manifest, Trainer& trainer,
                           TrainedLanguageModel& trained, const TextOptions& o,
                           TrainingCheckpoint& checkpoint, const apps::StopSignal& stop) {
  TrainHooks hooks;
  hooks.stop = [&stop] { return stop.requested(); };
  hooks.on_epoch = [](const EpochReport& e) {
    fmt::print("epoch {:3}: {:.4f} bits per character, validation {:.4f}, accuracy {:.4f}, {:.1f} s{}\n",
               e.epoch, bits(e.train_loss), bits(e.validation_loss), e.validation_metric, e.seconds,
               e.best ? " *" : "");
    std::fflush(stdout);
  };
  try {
    TrainResult result = run(trainer, hooks, checkpoint);
    trained.parameters = result.parameters;
    return result;
  } catch (const TrainingError& error) {
    if (trainer.best_epoch() == 0) throw;
    const TrainResult result = trainer.result();
    trained.parameters = result.parameters;
    if (o.train.ranks.is_first()) commit_model(folder.files(), manifest, trained, result.history);
    throw TrainingError(fmt::format("{}; {} holds the best of the {} epochs before", error.what(),
                                    (o.output_dir / kModel).string(), result.history.size()));
  }
}

}  // namespace

void train_text(const TextOptions& o) {
  const Ranks& ranks = o.train.ranks;
  const bool first = ranks.is_first();
  const TextData data = read_text_data(o.input, o.split);
  check_input_is_no_output(o);
  check_sample(o.sample, data.vocabulary);  // before hours of training
  TrainedLanguageModel trained = model_to_train(o, data);
  const LanguageModel model = make_language_model(trained.config);
  apps::OutputFolder folder(o.output_dir, ranks);
  const std::filesystem::path path = o.output_dir / kModel;
  std::vector<std::filesystem::path> checkpoints;
  if (std::filesystem::exists(o.output_dir / kCheckpoint)) checkpoints.push_back(o.output_dir / kCheckpoint);
  std::vector<std::int32_t> rows(data.starts.size());
  std::iota(rows.begin(), rows.end(), 0);
  const std::vector<std::uint8_t> present(data.targets.size(), 1);
  const auto count = static_cast<Index>(rows.size());
  const auto length = static_cast<Index>(data.length);
  const std::span<const std::int32_t> all(rows);
  const TrainingData training{{data.targets.data(), count, length},
                              {present.data(), count, length},
                              all.first(static_cast<std::size_t>(data.train)),
                              all.subspan(static_cast<std::size_t>(data.train))};
  const Learner learner = sequence_learner(model, {data.tokens, data.starts, length});
  const TrainingFingerprint settings = training_settings(o, data, trained.config);
  TrainingFingerprint all_settings = settings;
  all_settings.merge(make_fingerprint(learner, training, o.train));
  const RunManifest manifest = manifest_of(o, data, all_settings);
  if (apps::first_says(ranks,
                       first && o.resume.resume && holds_finished_run(o.output_dir, manifest.identity))) {
    apps::leave_to_first(ranks);
    apps::remove_checkpoints(o.output_dir, checkpoints);  // of a run that was killed at its very end
    fmt::print("{}: this run is finished already\n", o.output_dir.string());
    return;
  }
  if (first) {
    const std::string line = apps::settle_checkpoints(o.resume, o.output_dir, checkpoints);
    if (!line.empty()) fmt::print("{}\n", line);
  }
  fmt::print(
      "{} characters, {} different ones; {} parameters; single characters alone: {:.3f} bits per character\n",
      data.tokens.size(), data.vocabulary.size(), model.layout.num_values(), unigram_bits(data));
  folder.make();
  TrainingCheckpoint checkpoint(
      {.file = o.output_dir / kCheckpoint,
       .settings = settings,
       .seconds = o.resume.seconds,
       .resume = o.resume.resume,
       .on_note = [](const std::string& note) { fmt::print(stderr, "plstm-sequence: {}\n", note); }});
  apps::StopSignal stop(o.resume.seconds_left());
  Trainer trainer =
      checkpoint.start(learner, initial_values<float>(model.layout, o.train.seed), training, o.train);
  if (checkpoint.resumes()) say_where_it_goes_on(o, trainer);
  std::fflush(stdout);
  const TrainResult result = train_and_keep(folder, manifest, trainer, trained, o, checkpoint, stop);
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  FolderTransaction& files = folder.files();
  if (result.stopped) {
    if (result.best_epoch > 0) commit_model(files, manifest, trained, result.history);
    throw apps::Stopped(stop.signal(),
                        result.best_epoch > 0 ? fmt::format("{} holds the best model so far, of epoch {}",
                                                            path.string(), result.best_epoch)
                                              : "no epoch has ended, so there is no model yet",
                        apps::Stopped::GoOn::kWithResume);
  }
  const std::string sample = sample_text(trained, o.sample);
  apps::write_text(files.staging() / kSample, sample + "\n");
  commit_model(files, manifest, trained, result.history);
  apps::remove_checkpoints(o.output_dir, std::array{o.output_dir / kCheckpoint});
  const EpochReport& best = result.history[static_cast<std::size_t>(result.best_epoch - 1)];
  fmt::print("validation: {:.4f} bits per character in epoch {}; model in {}\n{}\n",
             bits(best.validation_loss), best.epoch, path.string(), for_standard_output(sample));
}

}  // namespace plstm::sequence
