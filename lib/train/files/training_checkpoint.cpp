#include "plstm/train/files/training_checkpoint.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/kept_state.hpp>

namespace plstm {
namespace {

// The caller's settings may have names that options have, too.
constexpr std::string_view kPrefix = "caller: ";

TrainingFingerprint prefixed(const TrainingFingerprint& settings) {
  TrainingFingerprint entries;
  for (const auto& [name, value] : settings) entries.emplace(std::string(kPrefix) + name, value);
  return entries;
}

TrainingFingerprint settings_in(const TrainingFingerprint& entries) {
  TrainingFingerprint settings;
  for (const auto& [name, value] : entries) {
    if (name.starts_with(kPrefix)) settings.emplace(name.substr(kPrefix.size()), value);
  }
  return settings;
}

Trainer go_on(const CheckpointOptions& checkpoint, const Learner& learner, const TrainingData& data,
              const TrainOptions& options) {
  auto [state, note] = load_kept_state(checkpoint.file);
  if (!note.empty()) {
    if (!checkpoint.on_note) throw FileError(note);
    checkpoint.on_note(note);
  }
  try {
    check_fingerprint(settings_in(state.fingerprint), checkpoint.settings);
    return {learner, data, options, std::move(state)};
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", checkpoint.file.string(), error.what()));
  } catch (const ShapeError& error) {
    throw FileError(fmt::format("{}: the state is damaged: {}", checkpoint.file.string(), error.what()));
  }
}

}  // namespace

TrainingCheckpoint::TrainingCheckpoint(CheckpointOptions options) : options_(std::move(options)) {
  if (!(options_.seconds >= 0)) {
    throw ConfigError(
        fmt::format("{} seconds between two checkpoints, expected 0 or more", options_.seconds));
  }
}

bool TrainingCheckpoint::resumes() const {
  return options_.resume && has_kept_state(options_.file);
}

Trainer TrainingCheckpoint::start(const Learner& learner, std::vector<float> first_values,
                                  const TrainingData& data, const TrainOptions& options) const {
  if (resumes()) return go_on(options_, learner, data, options);
  return {learner, std::move(first_values), data, options};
}

void TrainingCheckpoint::write(const Trainer& trainer) {
  TrainerState state = trainer.state();
  state.fingerprint.merge(prefixed(options_.settings));
  keep_trainer_state(options_.file, state);
  written_ = Clock::now();
}

void TrainingCheckpoint::write_if_due(const Trainer& trainer) {
  if (std::chrono::duration<double>(Clock::now() - written_).count() < options_.seconds) return;
  try {
    write(trainer);
  } catch (const FileError& error) {
    if (!options_.on_note) throw;
    options_.on_note(fmt::format("{}; the training goes on without this checkpoint", error.what()));
    written_ = Clock::now();
  }
}

TrainResult run(Trainer& trainer, const TrainHooks& hooks, TrainingCheckpoint& checkpoint) {
  TrainHooks all = hooks;
  all.on_step = [&](const Trainer& current) {
    if (hooks.on_step) hooks.on_step(current);
    checkpoint.write_if_due(current);
  };
  TrainResult result = run(trainer, all);
  if (trainer.ranks().is_first()) checkpoint.write(trainer);
  return result;
}

}  // namespace plstm
