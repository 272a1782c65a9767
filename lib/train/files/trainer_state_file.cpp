#include "plstm/train/files/trainer_state_file.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/safetensors.hpp>

#include "content_digest.hpp"

namespace plstm {
namespace {

constexpr std::string_view kFormatKey = "plstm_trainer_state";
constexpr std::string_view kFormat = "1";
constexpr std::string_view kFingerprintPrefix = "training: ";
constexpr std::size_t kNumCounters = 7;
constexpr std::size_t kNumNumbers = 7;
constexpr std::size_t kReportWidth = 9;

std::array<std::int64_t, kNumCounters> counters_of(const TrainerState& s) {
  return {s.optimizer.num_steps,
          s.average.num_steps,
          s.stopping.num_epochs,
          s.stopping.best_epoch.value_or(-1),
          s.epochs,
          s.steps,
          s.best_epoch};
}

std::array<double, kNumNumbers> numbers_of(const TrainerState& s) {
  return {s.stopping.best_value, s.stopping.best_loss, s.loss_sum, s.loss_weight, s.learning_rate, s.seconds,
          s.epoch_seconds};
}

std::array<double, kReportWidth> numbers_of(const EpochReport& r) {
  return {static_cast<double>(r.epoch),
          r.learning_rate,
          r.train_loss,
          r.validation_loss,
          r.validation_metric,
          r.best ? 1. : 0,
          r.samples_per_second,
          r.seconds,
          r.seconds_left};
}

EpochReport report_of(std::span<const double> n) {
  EpochReport report;
  report.epoch = static_cast<std::int64_t>(n[0]);
  report.learning_rate = n[1];
  report.train_loss = n[2];
  report.validation_loss = n[3];
  report.validation_metric = n[4];
  report.best = n[5] != 0;
  report.samples_per_second = n[6];
  report.seconds = n[7];
  report.seconds_left = n[8];
  return report;
}

template <class T>
Tensor row(const char* name, std::span<const T> values) {
  return make_tensor<T>(name, {std::ssize(values)}, values);
}

template <class T>
std::vector<T> values_of(const TensorFile& file, const char* name) {
  return tensor_values<T>(find_tensor(file, name));
}

void require(bool condition, const char* what) {
  if (!condition) throw ConfigError(what);
}

TrainerState state_of(const TensorFile& file) {
  TrainerState state;
  for (const auto& [key, value] : file.metadata) {
    if (key.starts_with(kFingerprintPrefix)) {
      state.fingerprint.emplace(key.substr(kFingerprintPrefix.size()), value);
    }
  }
  state.parameters = values_of<float>(file, "parameters");
  state.optimizer.first_moment = values_of<float>(file, "first_moment");
  state.optimizer.second_moment = values_of<float>(file, "second_moment");
  state.average.values = values_of<float>(file, "average");
  state.best = values_of<float>(file, "best");
  for (const std::int64_t sample : values_of<std::int64_t>(file, "order")) {
    require(sample >= 0 && sample <= std::numeric_limits<std::int32_t>::max(),
            "a sample of the order is none");
    state.order.push_back(static_cast<std::int32_t>(sample));
  }
  const auto counters = values_of<std::int64_t>(file, "counters");
  require(counters.size() == kNumCounters, "the tensor 'counters' has another size");
  for (const std::int64_t counter : counters) require(counter >= -1, "a counter is negative");
  state.optimizer.num_steps = counters[0];
  state.average.num_steps = counters[1];
  state.stopping.num_epochs = counters[2];
  if (counters[3] >= 0) state.stopping.best_epoch = counters[3];
  state.epochs = counters[4];
  state.steps = counters[5];
  state.best_epoch = counters[6];
  const auto numbers = values_of<double>(file, "numbers");
  require(numbers.size() == kNumNumbers, "the tensor 'numbers' has another size");
  state.stopping.best_value = numbers[0];
  state.stopping.best_loss = numbers[1];
  state.loss_sum = numbers[2];
  state.loss_weight = numbers[3];
  state.learning_rate = numbers[4];
  state.seconds = numbers[5];
  state.epoch_seconds = numbers[6];
  const auto history = values_of<double>(file, "history");
  require(history.size() % kReportWidth == 0, "the tensor 'history' has another size");
  for (std::size_t i = 0; i < history.size(); i += kReportWidth) {
    require(history[i] >= 0 && history[i] < 1e15, "an epoch of the history is none");
    state.history.push_back(report_of(std::span(history).subspan(i, kReportWidth)));
  }
  return state;
}

}  // namespace

void save_trainer_state(const std::filesystem::path& path, const TrainerState& state) {
  TensorFile file;
  file.metadata.emplace(kFormatKey, kFormat);
  for (const auto& [key, value] : state.fingerprint) {
    file.metadata.emplace(std::string(kFingerprintPrefix) + key, value);
  }
  std::vector<double> history;
  for (const EpochReport& report : state.history) {
    const auto numbers = numbers_of(report);
    history.insert(history.end(), numbers.begin(), numbers.end());
  }
  const std::vector<std::int64_t> order(state.order.begin(), state.order.end());
  const auto counters = counters_of(state);
  const auto numbers = numbers_of(state);
  file.tensors.push_back(row<std::int64_t>("counters", counters));
  file.tensors.push_back(row<double>("numbers", numbers));
  file.tensors.push_back(row<std::int64_t>("order", order));
  file.tensors.push_back(row<double>("history", history));
  file.tensors.push_back(row<float>("parameters", state.parameters));
  file.tensors.push_back(row<float>("first_moment", state.optimizer.first_moment));
  file.tensors.push_back(row<float>("second_moment", state.optimizer.second_moment));
  file.tensors.push_back(row<float>("average", state.average.values));
  file.tensors.push_back(row<float>("best", state.best));
  add_digest(file);
  write_safetensors(path, file);
}

TrainerState load_trainer_state(const std::filesystem::path& path) {
  const TensorFile file = read_safetensors(path);
  const auto format = file.metadata.find(std::string(kFormatKey));
  if (format == file.metadata.end()) {
    throw FileError(path.string() + ": this is no state of a training");
  }
  if (format->second != kFormat) {
    throw FileError(
        fmt::format("{}: the state has format {}, this version reads {}; use the version that wrote it",
                    path.string(), format->second, kFormat));
  }
  try {
    require(has_digest(file), "its SHA-256 is missing");
    check_digest(file);
    return state_of(file);
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: the state is damaged: {}", path.string(), error.what()));
  }
}

}  // namespace plstm
