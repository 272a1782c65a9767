#include "split_run.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/learn/blend.hpp>
#include <plstm/learn/checkpoints.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>

#include "from_checkpoints.hpp"

namespace plstm::bench {
namespace {

// With the time it takes.
template <class Make>
HeldOut timed(const Make& make) {
  const auto start = std::chrono::steady_clock::now();
  HeldOut predictions = make();
  predictions.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return predictions;
}

FeatureSource values_of_graphs(const BenchData& data, const Split& split) {
  return graph_value_features(data.graphs, make_graph_value_scaling(data.graphs, split.train));
}

// All that the data has: bits, counts, values for forests, values for networks.
FeatureSource forest_features(const BenchData& data, const Split& split) {
  std::vector<FeatureSource> parts;
  if (data.fingerprint_bits > 0) {
    parts.push_back(fingerprint_features(data.fingerprints, data.fingerprint_bits));
  }
  parts.push_back(count_features(data.substructures, split.train));
  parts.push_back(
      matrix_features({data.forest_values.data(), data.forest_values.rows(), data.forest_values.cols()}));
  if (data.graph_value_width > 0) parts.push_back(values_of_graphs(data, split));
  return joined_features(std::move(parts));
}

HeldOut run_fingerprints(const BenchData& data, const Split& split) {
  if (data.task == TaskType::kClassification) {
    return held_out_logistic(data.labels(), data.fingerprints, data.fingerprint_bits, split);
  }
  return held_out_ridge(data.labels(), fingerprint_features(data.fingerprints, data.fingerprint_bits), split,
                        PenaltyChoice::kCrossValidation);
}

}  // namespace

SplitRun::SplitRun(const BenchData& data, const RunSettings& settings, const Split& split, std::uint64_t seed,
                   RunControl control)
    : data_(data), settings_(settings), split_(split), seed_(seed), control_(std::move(control)) {}

HeldOut SplitRun::train_network(bool with_companion) const {
  TrainOptions options = settings_.training;
  options.seed = seed_;
  double seconds_before = 0;  // members are trained side by side
  MemberHooks hooks;
  hooks.stop = control_.stop;
  if (settings_.members == 1 && control_.on_epoch) {
    hooks.on_epoch = [&](std::int32_t, const EpochReport& report) {
      control_.on_epoch(with_companion, report);
    };
  }
  hooks.on_resume = [&](std::int32_t, std::span<const EpochReport> history) {
    double seconds = 0;
    for (const EpochReport& report : history) seconds += report.seconds;
    seconds_before = std::max(seconds_before, seconds);
  };
  const std::filesystem::path checkpoints =
      with_companion ? control_.checkpoints / "with_companion" : control_.checkpoints;
  hooks.checkpoints = Checkpoints{checkpoints, control_.checkpoint_seconds, true};
  const auto train = [&] {
    const auto& held_out = with_companion ? held_out_with_companion : held_out_networks;
    return held_out(complete_config(settings_.model, data_), data_.graphs, data_.labels(), split_, options,
                    settings_.members, hooks);
  };
  return from_checkpoints(checkpoints, control_.on_bad_checkpoint, [&] {
    seconds_before = 0;
    HeldOut predictions = timed(train);
    predictions.seconds += seconds_before;
    return predictions;
  });
}

const HeldOut& SplitRun::network(bool with_companion) {
  Part& part = with_companion ? with_companion_ : network_;
  if (part.failure != nullptr) std::rethrow_exception(part.failure);
  if (!part.predictions.has_value()) {
    try {
      part.predictions = train_network(with_companion);
    } catch (const TrainingError&) {
      part.failure = std::current_exception();
      throw;
    }
  }
  return *part.predictions;
}

const HeldOut& SplitRun::forest() {
  if (!forest_.has_value()) {
    forest_ = timed([&] {
      return held_out_forest(data_.labels(), forest_features(data_, split_), split_, seed_, control_.stop);
    });
  }
  return *forest_;
}

HeldOut SplitRun::predictions_of(const ModelInfo& model) {
  switch (model.kind) {
    case ModelKind::kConstant:
      return timed([&] { return held_out_constant(data_.labels(), split_); });
    case ModelKind::kMorgan:
      return timed([&] { return run_fingerprints(data_, split_); });
    case ModelKind::kDescriptors:
      return timed([&] {
        return held_out_ridge(data_.labels(), values_of_graphs(data_, split_), split_,
                              PenaltyChoice::kValidation);
      });
    case ModelKind::kForest:
      return forest();
    case ModelKind::kWithCompanion:
      return network(true);
    case ModelKind::kWithForest:
      return blend(data_.labels(), split_, network(false), forest());
    case ModelKind::kWithBoth:
      return blend(data_.labels(), split_, network(true), forest());
    case ModelKind::kNetwork:
      break;
  }
  return network(false);
}

RunOutcome SplitRun::outcome_of(const ModelInfo& model) {
  HeldOut predictions = predictions_of(model);
  std::vector<MetricScore> scores = score(data_.labels(), split_, predictions);
  return {std::move(scores), std::move(predictions)};
}

}  // namespace plstm::bench
