#include "plstm/train/loop/trainer_state.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

std::string hash_of(const ParameterLayout& layout) {
  Hash hash;
  for (const ParameterInfo& info : layout.infos()) {
    hash.add(info.name);
    hash.add_all(std::span<const std::int64_t>(info.shape));
    hash.add_number(info.decays ? 1 : 0);
  }
  return hash.text();
}

// Of the labels that are present: the others may be anything.
std::string hash_of_labels(const TrainingData& data) {
  Hash hash;
  for (Index row = 0; row < data.targets.rows(); ++row) {
    for (Index task = 0; task < data.targets.cols(); ++task) {
      const bool present = data.present(row, task) != 0;
      hash.add_number(present ? std::uint64_t{std::bit_cast<std::uint32_t>(data.targets(row, task))} + 1 : 0);
    }
  }
  hash.add_all(data.weights);
  hash.add_all(data.train_mask);
  hash.add_all(data.validation_mask);
  if (!data.bounds.empty()) {
    for (const std::int8_t bound : data.bounds) hash.add_number(static_cast<std::uint64_t>(bound + 1));
  }
  return hash.text();
}

std::string hash_of_split(const TrainingData& data) {
  Hash hash;
  hash.add_all(data.train);
  hash.add_all(data.validation);
  return hash.text();
}

std::string text_of(const Objective& objective) {
  if (objective.tasks.empty()) return std::string(name(objective.uniform));
  std::string text;
  for (const TaskLoss& task : objective.tasks) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", name(task.kind), task.classes, task.weight);
    if (task.parameter.has_value()) text += fmt::format(" parameter {}", *task.parameter);
    for (const double weight : task.class_weights) text += fmt::format(" class {}", weight);
  }
  return text;
}

std::string hash_of_rates(std::span<const RateRange> rates) {
  Hash hash;
  for (const RateRange& range : rates) {
    hash.add_number(range.offset);
    hash.add_number(range.size);
    hash.add_number(std::bit_cast<std::uint64_t>(range.factor));
  }
  return hash.text();
}

}  // namespace

TrainingFingerprint make_fingerprint(const Learner& learner, const TrainingData& data,
                                     const TrainOptions& o) {
  TrainingFingerprint entries{{"loss", text_of(o.loss)},
                              {"metric", std::string(name(o.metric))},
                              {"epochs", fmt::to_string(o.epochs)},
                              {"batch_size", fmt::to_string(o.batch_size)},
                              {"learning_rate", fmt::to_string(o.learning_rate)},
                              {"warmup_epochs", fmt::to_string(o.warmup_epochs)},
                              {"clip_norm", fmt::to_string(o.clip_norm)},
                              {"patience", fmt::to_string(o.patience)},
                              {"average_epochs", fmt::to_string(o.average_epochs)},
                              {"seed", fmt::to_string(o.seed)},
                              {"beta1", fmt::to_string(o.adamw.beta1)},
                              {"beta2", fmt::to_string(o.adamw.beta2)},
                              {"epsilon", fmt::to_string(o.adamw.epsilon)},
                              {"weight_decay", fmt::to_string(o.adamw.weight_decay)},
                              {"shard_size", fmt::to_string(o.shard_size)},
                              {"precision", std::string(name(o.precision))},
                              {"memory", fmt::to_string(static_cast<int>(o.memory))},
                              {"number of samples", fmt::to_string(learner.samples)},
                              {"number of labelled things", fmt::to_string(data.targets.rows())},
                              {"number of tasks", fmt::to_string(data.targets.cols())},
                              {"number of training samples", fmt::to_string(data.train.size())},
                              {"number of validation samples", fmt::to_string(data.validation.size())},
                              {"number of parameters", fmt::to_string(learner.layout->total_size())},
                              {"number of outputs", fmt::to_string(learner.outputs)},
                              {"parameters (hash of names and shapes)", hash_of(*learner.layout)},
                              {"labels (hash)", hash_of_labels(data)},
                              {"split (hash)", hash_of_split(data)}};
  if (!o.rates.empty()) entries.emplace("rates of parts (hash)", hash_of_rates(o.rates));
  return entries;
}

void check_fingerprint(const TrainingFingerprint& before, const TrainingFingerprint& now) {
  // A hash says less than a setting that it depends on.
  for (const bool hashes : {false, true}) {
    for (const auto& [key, value] : now) {
      const auto entry = before.find(key);
      const std::string was = entry == before.end() ? "missing" : entry->second;
      if (was == value || (key.find("(hash") != std::string::npos) != hashes) continue;
      throw ConfigError(
          fmt::format("the training to resume had another {}: {}, now {}; resume with the settings and data "
                      "that it had, or train anew",
                      key, was, value));
    }
  }
}

void check_state(const TrainerState& state, const TrainingFingerprint& fingerprint, const Learner& learner,
                 const TrainingData& data) {
  check_fingerprint(state.fingerprint, fingerprint);
  const auto size = static_cast<std::int64_t>(learner.layout->total_size());
  const auto check = [](const char* array, std::size_t entries, std::int64_t expected) {
    check_size("TrainerState", array, static_cast<std::int64_t>(entries), expected);
  };
  check("parameters", state.parameters.size(), size);
  check("optimizer moments", state.optimizer.first_moment.size(), size);
  check("optimizer moments", state.optimizer.second_moment.size(), size);
  if (!state.average.values.empty()) check("average", state.average.values.size(), size);
  if (!state.best.empty()) check("best parameters", state.best.size(), size);
  check("history", state.history.size(), state.epochs);
  check("order", state.order.size(), std::ssize(data.train));
  std::vector<std::int32_t> sorted(state.order), expected(data.train.begin(), data.train.end());
  std::ranges::sort(sorted);
  std::ranges::sort(expected);
  if (sorted != expected)
    throw ShapeError("TrainerState: the order holds other samples than the training set");
}

void check_equal_ranks(const Ranks& ranks, const TrainerState& state) {
  if (ranks.size() == 1) return;
  TrainingFingerprint here = state.fingerprint;
  Hash parameters;
  for (const float value : state.parameters) parameters.add_number(std::bit_cast<std::uint32_t>(value));
  here.emplace("finished epochs", fmt::format("{}", state.epochs));
  here.emplace("steps of the epoch", fmt::format("{}", state.steps));
  here.emplace("parameters (hash)", parameters.text());
  constexpr char kEnd = '\x01';
  std::string first;  // of rank 0, entry by entry
  for (const auto& [name, value] : here) first += name + '\n' + value + kEnd;
  const std::string own = first;
  ranks.broadcast(first);
  const std::vector<std::uint64_t> differs = ranks.gather(own == first ? 0 : 1);
  const auto found = std::ranges::find(differs, 1U);
  if (found == differs.end()) return;
  const auto rank = static_cast<int>(found - differs.begin());
  std::string what = "its settings";
  if (ranks.rank() == rank) {
    for (const auto& [name, value] : here) {
      if (first.find(name + '\n' + value + kEnd) == std::string::npos) {
        what = fmt::format("{}, which is {} there", name, value);
        break;
      }
    }
  }
  ranks.broadcast(what, rank);
  throw ConfigError(fmt::format(
      "rank {} has another training than rank 0: {}; all ranks must read the same files and see the same "
      "folders",
      rank, what));
}

}  // namespace plstm
