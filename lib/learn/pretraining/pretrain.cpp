#include "plstm/learn/pretraining/pretrain.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/pretraining/encoder.hpp>
#include <plstm/train/files/kept_state.hpp>
#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/gradient_clip.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/schedule.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "learn/pretraining/chunk.hpp"
#include "learn/pretraining/squared_errors.hpp"

namespace plstm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWarmupShare = 0.1, kClipNorm = 1;
constexpr std::int64_t kShardSize = 8;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check_options(const PretrainOptions& options) {
  const auto require = [](bool condition, const char* what) {
    if (!condition) throw ConfigError(fmt::format("pretrain: {}", what));
  };
  require(options.epochs >= 1 && options.batch_size >= 1,
          "epochs and batch_size are expected to be at least 1");
  require(options.learning_rate > 0 && std::isfinite(options.learning_rate),
          "learning_rate must be positive");
  require(options.least_asked > 0 && options.least_asked <= options.most_asked && options.most_asked <= 1,
          "least_asked and most_asked are shares, 0 < least_asked <= most_asked <= 1");
  require(options.validation_blocks >= 0, "validation_blocks must not be negative");
}

TrainedModel describe(const PretrainingSet& set, const PretrainOptions& options) {
  const PretrainingHeader& header = set.header();
  TrainedModel model;
  model.config = options.model;
  model.config.node_vocabulary_sizes = header.node_vocabulary_sizes;
  model.config.edge_vocabulary_sizes = header.edge_vocabulary_sizes;
  model.config.outputs = std::ssize(header.target_names);
  model.target_names = header.target_names;
  model.tasks.assign(header.target_names.size(), {TaskType::kRegression});
  model.scaler.emplace(header.mean, header.scale);
  model.featurizer = header.featurizer;
  model.precision = options.precision;
  return model;
}

// Of one set, model and schedule; the steps of an epoch depend on its order of blocks alone.
class Pretraining {
 public:
  Pretraining(const PretrainingSet& set, const PretrainOptions& options)
      : set_(set),
        options_(options),
        described_(describe(set, options)),
        model_(make_graph_model(described_.config)),
        validation_(validation_numbers(set, options.validation_blocks)),
        train_blocks_(set.num_blocks() - static_cast<std::int32_t>(validation_.size())) {
    if (train_blocks_ < 1) throw TrainingError("pretrain: the set has no graph to learn from");
    state_.fingerprint = fingerprint();
    state_.parameters = initial_values<float>(model_.layout, options.seed);
    if (options.start != nullptr) {
      start_from(*options.start);
    } else {
      start_with_means();
    }
    state_.optimizer = AdamW<float>(model_.layout.total_size()).state();
    std::int64_t most = 0;  // graphs of a chunk
    for (std::int32_t block = 0; block < set.num_blocks(); ++block) {
      most = std::max<std::int64_t>(most, set.graphs_in(block));
    }
    chunk_.graphs.resize(static_cast<std::size_t>(most * kChunkBlocks));
    for (const auto& info : model_.layout.infos()) {
      if (info.decays) decay_.push_back({info.offset, info.size});
    }
  }

  void resume(TrainerState state) {
    check_fingerprint(state.fingerprint, state_.fingerprint);
    if (state.parameters.size() != model_.layout.total_size() ||
        state.optimizer.first_moment.size() != model_.layout.total_size() ||
        state.optimizer.second_moment.size() != model_.layout.total_size()) {
      throw FileError("the state of the pretraining has another number of parameters");
    }
    state_ = std::move(state);
  }

  PretrainResult run(const PretrainHooks& hooks) {
    const Learner learner = chunk_learner(model_, chunk_);
    TrainingStep training_step(learner, LossKind::kSquaredError, std::min(kShardSize, options_.batch_size),
                               options_.precision, StmMemory::kAuto, options_.ranks);
    check_equal_ranks(options_.ranks, state_);
    AdamW<float> optimizer(std::move(state_.optimizer));
    Clock::time_point written = Clock::now();
    const auto write = [&](bool at_end) {
      if (!hooks.state.has_value() || !options_.ranks.is_first()) return;
      TrainerState copy = state_;
      copy.optimizer = optimizer.state();
      written = Clock::now();
      try {
        keep_trainer_state(*hooks.state, copy);
      } catch (const FileError& error) {
        if (at_end || !hooks.on_note) throw;
        hooks.on_note(fmt::format("{}; the training goes on without this checkpoint", error.what()));
      }
    };
    bool stopped = false;
    while (!stopped && state_.epochs < options_.epochs) {
      stopped = !run_epoch(hooks, training_step, optimizer, [&] {
        if (hooks.state.has_value() && seconds_since(written) >= hooks.seconds) write(false);
      });
      if (!stopped && hooks.on_epoch && options_.ranks.is_first()) hooks.on_epoch(state_.history.back());
    }
    write(true);
    described_.parameters = state_.parameters;
    PretrainResult result{described_, state_.history, stopped};
    result.model.precision = Precision::kFloat;  // so that every processor can use it
    return result;
  }

 private:
  struct Progress {
    Clock::time_point start = Clock::now();
    double loss = 0, weight = 0;
    std::int64_t graphs = 0;
  };

  TrainingFingerprint fingerprint() const {
    const PretrainingHeader& header = set_.header();
    Sha256 digest;
    for (std::size_t k = 0; k < header.target_names.size(); ++k) {
      digest.add(fmt::format("{} {} {}\n", header.target_names[k], header.mean[k], header.scale[k]));
    }
    for (const ParameterInfo& info : model_.layout.infos()) {
      digest.add(fmt::format("{} {}\n", info.name, info.size));
    }
    return {{"graphs", fmt::format("{}", set_.num_graphs())},
            {"blocks", fmt::format("{}", set_.num_blocks())},
            {"validation_blocks", fmt::format("{}", validation_.size())},
            {"epochs", fmt::format("{}", options_.epochs)},
            {"batch_size", fmt::format("{}", options_.batch_size)},
            {"learning_rate", fmt::format("{}", options_.learning_rate)},
            {"asked", fmt::format("{} to {}", options_.least_asked, options_.most_asked)},
            {"seed", fmt::format("{}", options_.seed)},
            {"precision", std::string(name(options_.precision))},
            {"targets and model (hash)", digest.hex()}};
  }

  void start_from(const TrainedModel& start) {
    if (start.target_names != described_.target_names ||
        start.parameters.size() != model_.layout.total_size()) {
      throw ConfigError("pretrain: the model to go on from has other targets or another size");
    }
    check_same_inputs(start, described_.featurizer);
    state_.parameters = start.parameters;
    state_.fingerprint.emplace("first values (hash)", hash_of(start.parameters));
  }

  static std::string hash_of(std::span<const float> values) {
    Sha256 digest;
    digest.add(std::as_bytes(values));
    return digest.hex();
  }

  // Hundreds of random outputs would all ask the layer below to be quiet, and its ReLUs would never fire again. So the
  // outputs start at the means of their targets.
  void start_with_means() {
    for (const ParameterId id : {model_.head.weight, model_.head.bias}) {
      if (!id.valid()) continue;
      const ParameterInfo& info = model_.layout[id];
      std::fill_n(state_.parameters.begin() + static_cast<std::ptrdiff_t>(info.offset), info.size, 0.0f);
    }
  }

  std::vector<std::int32_t> order_of(std::int64_t epoch) const {
    Random random(mix_seed(options_.seed, static_cast<std::uint64_t>(epoch)));
    return random_permutation(train_blocks_, random);
  }

  std::int64_t graphs_of(std::span<const std::int32_t> blocks) const {
    std::int64_t count = 0;
    for (const std::int32_t block : blocks) count += set_.graphs_in(block);
    return count;
  }

  std::int64_t steps_of(std::span<const std::int32_t> blocks) const {
    return (graphs_of(blocks) + options_.batch_size - 1) / options_.batch_size;
  }

  std::int64_t steps_of_epoch(std::int64_t epoch) const {
    const std::vector<std::int32_t> order = order_of(epoch);
    std::int64_t steps = 0;
    for (const std::span<const std::int32_t> blocks : chunks_of(order)) steps += steps_of(blocks);
    return steps;
  }

  // False if it was stopped.
  template <class OnStep>
  bool run_epoch(const PretrainHooks& hooks, TrainingStep& training_step, AdamW<float>& optimizer,
                 const OnStep& on_step) {
    const Clock::time_point start = Clock::now();
    const std::vector<std::int32_t> order = order_of(state_.epochs);
    const std::uint64_t epoch_seed =
        mix_seed(options_.seed, 0x9e37 + static_cast<std::uint64_t>(state_.epochs));
    count_steps();
    std::int64_t first_step = 0;
    bool stopped = false;
    Progress progress;
    for (const std::span<const std::int32_t> blocks : chunks_of(order)) {
      const std::int64_t steps = steps_of(blocks);
      if (state_.steps < first_step + steps) {  // else it was done before the training was left
        read_chunk(set_, blocks, {options_.least_asked, options_.most_asked, epoch_seed}, chunk_);
        stopped = !run_chunk(hooks, training_step, optimizer, on_step, epoch_seed, first_step, progress);
        if (hooks.on_progress && options_.ranks.is_first()) report(hooks, progress);
        if (stopped) break;
      }
      first_step += steps;
    }
    state_.epoch_seconds += seconds_since(start);
    if (stopped) return false;
    finish_epoch();
    return true;
  }

  template <class OnStep>
  bool run_chunk(const PretrainHooks& hooks, TrainingStep& training_step, AdamW<float>& optimizer,
                 const OnStep& on_step, std::uint64_t epoch_seed, std::int64_t first_step,
                 Progress& progress) {
    const Index columns = std::ssize(set_.header().target_names);
    const auto rows = static_cast<Index>(chunk_.graphs.size());
    Random random(mix_seed(epoch_seed, static_cast<std::uint64_t>(first_step)));
    const std::vector<std::int32_t> samples =
        random_permutation(static_cast<std::int32_t>(chunk_.count), random);
    const TrainingData data{
        {chunk_.targets.data(), rows, columns}, {chunk_.present.data(), rows, columns}, {}, {}};
    for (std::int64_t begin = (state_.steps - first_step) * options_.batch_size; begin < chunk_.count;
         begin += options_.batch_size) {
      if (options_.ranks.any(hooks.stop && hooks.stop())) return false;
      const std::int64_t size = std::min(options_.batch_size, chunk_.count - begin);
      const auto batch =
          std::span(samples).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
      const LossResult loss =
          training_step.run(state_.parameters, data, batch,
                            mix_seed(epoch_seed, 0x51ed + static_cast<std::uint64_t>(state_.steps)));
      take_step(training_step.gradient(), loss, optimizer);
      progress.loss += loss.sum;
      progress.weight += loss.weight;
      progress.graphs += size;
      on_step();
    }
    return true;
  }

  void take_step(std::span<float> gradient, const LossResult& loss, AdamW<float>& optimizer) {
    const double norm = clip_gradient_norm<float>(gradient, kClipNorm);
    if (!std::isfinite(loss.sum) || !std::isfinite(norm)) {
      throw TrainingError(
          fmt::format("pretraining: epoch {}, step {}: the {} is not finite; try a lower learning rate",
                      state_.epochs + 1, state_.steps + 1, std::isfinite(loss.sum) ? "gradient" : "loss"));
    }
    state_.learning_rate = cosine_schedule(
        {options_.learning_rate, 0, static_cast<std::int64_t>(kWarmupShare * static_cast<double>(all_steps_)),
         all_steps_},
        steps_before_ + state_.steps);
    optimizer.step(state_.parameters, gradient, decay_, state_.learning_rate);
    state_.loss_sum += loss.sum;
    state_.loss_weight += loss.weight;
    ++state_.steps;
  }

  void count_steps() {
    if (all_steps_ == 0) {
      for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch) all_steps_ += steps_of_epoch(epoch);
    }
    steps_before_ = 0;
    for (std::int64_t epoch = 0; epoch < state_.epochs; ++epoch) steps_before_ += steps_of_epoch(epoch);
  }

  void report(const PretrainHooks& hooks, Progress& progress) const {
    hooks.on_progress({steps_before_ + state_.steps, all_steps_,
                       progress.weight > 0 ? progress.loss / progress.weight : 0,
                       static_cast<double>(progress.graphs) / seconds_since(progress.start)});
    progress = Progress{};
  }

  void finish_epoch() {
    EpochReport report;
    report.epoch = state_.epochs + 1;
    report.learning_rate = state_.learning_rate;
    report.train_loss = state_.loss_weight > 0 ? state_.loss_sum / state_.loss_weight : 0;
    report.seconds = state_.epoch_seconds;
    report.samples_per_second =
        static_cast<double>(graphs_of(order_of(state_.epochs))) / std::max(1e-9, state_.epoch_seconds);
    if (!validation_.empty()) report.validation_loss = validation_loss();
    report.best = true;
    state_.seconds += report.seconds;
    ++state_.epochs;
    report.seconds_left = state_.seconds / static_cast<double>(state_.epochs) *
                          static_cast<double>(options_.epochs - state_.epochs);
    state_.history.push_back(report);
    state_.steps = 0;
    state_.loss_sum = state_.loss_weight = state_.epoch_seconds = 0;
  }

  double validation_loss() {
    described_.parameters = state_.parameters;
    SquaredErrors all;
    for (const SquaredErrors& errors : squared_errors(set_, described_, validation_)) {
      all.sum += errors.sum;
      all.count += errors.count;
    }
    return all.sum / static_cast<double>(std::max<std::int64_t>(1, all.count));
  }

  const PretrainingSet& set_;
  PretrainOptions options_;
  TrainedModel described_;
  GraphModel model_;
  std::vector<std::int32_t> validation_;
  std::int32_t train_blocks_;
  std::vector<DecayRange> decay_;
  Chunk chunk_;
  TrainerState state_;
  std::int64_t all_steps_ = 0, steps_before_ = 0;
};

}  // namespace

PretrainResult pretrain(const PretrainingSet& set, const PretrainOptions& options,
                        const PretrainHooks& hooks) {
  check_options(options);
  Pretraining training(set, options);
  if (hooks.state.has_value() && hooks.resume && has_kept_state(*hooks.state)) {
    auto [state, note] = load_kept_state(*hooks.state);
    if (!note.empty() && hooks.on_note && options.ranks.is_first()) hooks.on_note(note);
    training.resume(std::move(state));
  }
  return training.run(hooks);
}

}  // namespace plstm
