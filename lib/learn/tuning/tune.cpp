#include "plstm/learn/tuning/tune.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/predict_things.hpp>
#include <plstm/learn/tuning/successive_halving.hpp>

namespace plstm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::int32_t> things_of_graphs(const LabeledGraphs& data, std::span<const std::int32_t> graphs) {
  std::vector<std::int32_t> things;
  for (const std::int32_t graph : graphs) {
    const auto at = static_cast<std::size_t>(graph);
    for (std::int64_t thing = data.offsets()[at]; thing < data.offsets()[at + 1]; ++thing)
      things.push_back(static_cast<std::int32_t>(thing));
  }
  return things;
}

// The metric on these things. Predictions are finished: evaluate() has its threshold at 0.
double score_of(const Predictor& predictor, const LabeledGraphs& data, std::span<const std::int32_t> things,
                Metric metric) {
  const Predictions said = predict_things(predictor, data, things);
  const auto rows = static_cast<Index>(said.num_rows()), tasks = static_cast<Index>(data.num_tasks());
  Matrix<double> values =
      ConstMatrixMap<double>(said.values.data(), rows, static_cast<Index>(said.columns.size()));
  if (predictor.members().front().tasks.front().type == TaskType::kClassification) values.array() -= 0.5;
  Matrix<double> targets(rows, tasks);
  Matrix<std::uint8_t> present(rows, tasks);
  for (Index row = 0; row < rows; ++row) {
    for (Index task = 0; task < tasks; ++task) {
      const auto label = static_cast<std::size_t>(things[static_cast<std::size_t>(row)] * tasks + task);
      targets(row, task) = data.targets()[label];
      const bool is_bound = !data.bounds().empty() && data.bounds()[label] != 0;  // nobody knows the error
      present(row, task) = is_bound ? std::uint8_t{0} : data.present()[label];
    }
  }
  return evaluate<double>(metric, {values.data(), rows, values.cols()}, {targets.data(), rows, tasks},
                          {present.data(), rows, tasks})
      .value_or(std::numeric_limits<double>::quiet_NaN());
}

class Search {
 public:
  Search(const LabeledGraphs& data, const Recipe& recipe, std::span<const Split> folds,
         const TuneOptions& options)
      : data_(data), recipe_(recipe), folds_(folds), options_(options) {
    if (folds.empty()) throw ConfigError("tune: there is no fold to judge settings on");
    for (std::size_t fold = 0; fold < folds.size(); ++fold) {
      if (!folds[fold].test.empty()) continue;
      throw ConfigError(fmt::format("tune: fold {} has no test rows to judge settings on", fold));
    }
    const std::vector<Task> tasks = tasks_of(recipe, data.num_tasks());
    DataFacts facts = facts_of(data);
    facts.pretrained = recipe.start != nullptr;
    const Settings settings = settings_of(recipe, facts, tasks);
    metric_ = settings.training.metric;
    SearchSpace space = options.space;
    if (recipe.start != nullptr) space.width = space.depth = false;  // the encoder has them already
    candidates_ = draw_candidates(candidate_of(settings), space, TuneOptions::kMostCandidates, options.seed);
    for (const Trial& trial : options.known) used_ += trial.seconds;
  }

  TuneResult run() {
    HalvingOptions halving{.candidates = 1, .folds = folds_.size(), .direction = direction(metric_)};
    halving.candidates = choose_count(halving);
    candidates_.resize(halving.candidates);
    const HalvingResult found = successive_halving(
        halving, [&](std::size_t candidate, std::size_t fold) { return score(candidate, fold); });
    return {std::move(candidates_), found.scores, found.best, found.finished, metric_};
  }

 private:
  // Where time is limited, the first training says how many candidates it is enough for.
  std::size_t choose_count(HalvingOptions halving) {
    std::size_t count = candidates_.size();
    if (options_.candidates > 0) return std::min(count, static_cast<std::size_t>(options_.candidates));
    if (!std::isfinite(options_.seconds)) {
      return std::min(count, static_cast<std::size_t>(TuneOptions::kCandidates));
    }
    if (!score(0, 0).has_value()) return 1;
    const double trainings = options_.seconds / std::max(trials_.front().seconds, 1e-9);
    for (halving.candidates = count; halving.candidates > 1; --halving.candidates) {
      if (static_cast<double>(num_scores(halving)) <= trainings) break;
    }
    return halving.candidates;
  }

  const Trial* find(std::size_t candidate, std::size_t fold) const {
    const auto same = [&](const Trial& trial) {
      return trial.candidate == static_cast<std::int32_t>(candidate) &&
             trial.fold == static_cast<std::int32_t>(fold);
    };
    for (const std::vector<Trial>* trials : {&options_.known, &trials_}) {
      const auto found = std::ranges::find_if(*trials, same);
      if (found != trials->end()) return &*found;
    }
    return nullptr;
  }

  std::optional<double> score(std::size_t candidate, std::size_t fold) {
    if (const Trial* known = find(candidate, fold)) {
      if (trials_.empty()) trials_.push_back(*known);
      return known->score;
    }
    std::optional<Trial> trial = train(candidate, fold);
    if (!trial.has_value()) return std::nullopt;
    trials_.push_back(*trial);
    used_ += trial->seconds;
    if (options_.on_trial) options_.on_trial(*trial);
    return trial->score;
  }

  // Nothing if it was stopped.
  std::optional<Trial> train(std::size_t candidate, std::size_t fold) {
    const Clock::time_point start = Clock::now();
    const auto stopped = [&] {
      return (options_.stop && options_.stop()) || used_ + seconds_since(start) > options_.seconds;
    };
    if (stopped()) return std::nullopt;
    Recipe recipe = recipe_;
    recipe.change = [&](Settings& settings) {
      if (recipe_.change) recipe_.change(settings);
      apply(candidates_[candidate], settings);
      settings.members = 1;
    };
    FitOptions fitting;
    fitting.split = FitSplit{folds_[fold].train, folds_[fold].validation, options_.over_things};
    fitting.seed = mix_seed(options_.seed, fold);  // the same for all candidates
    fitting.stop = stopped;
    double loss = std::numeric_limits<double>::quiet_NaN();
    fitting.on_epoch = [&](std::int32_t, const EpochReport& report) {
      if (report.best) loss = report.validation_loss;
    };
    Trial trial{static_cast<std::int32_t>(candidate), static_cast<std::int32_t>(fold)};
    try {
      const Predictor predictor = fit(data_, recipe, fitting);
      if (stopped()) return std::nullopt;
      const std::vector<std::int32_t>& test = folds_[fold].test;
      trial.score = metric_ == Metric::kLoss
                        ? loss
                        : score_of(predictor, data_,
                                   options_.over_things ? test : things_of_graphs(data_, test), metric_);
    } catch (const TrainingError&) {
      if (stopped()) return std::nullopt;
    }
    trial.seconds = seconds_since(start);
    return trial;
  }

  const LabeledGraphs& data_;
  const Recipe& recipe_;
  std::span<const Split> folds_;
  const TuneOptions& options_;
  Metric metric_ = Metric::kRmse;
  std::vector<Candidate> candidates_;
  std::vector<Trial> trials_;  // new ones, or the first known one
  double used_ = 0;            // seconds of all trials
};

}  // namespace

TuneResult tune(const LabeledGraphs& data, const Recipe& recipe, std::span<const Split> folds,
                const TuneOptions& options) {
  return Search(data, recipe, folds, options).run();
}

}  // namespace plstm
