#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include <plstm/core/random.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/train/baselines/boosted_trees.hpp>

#include "learn/constant_outputs.hpp"

namespace plstm {
namespace {

// Small trees are better for few rows and laws that are sums.
constexpr std::array<Index, 2> kLeaves{4, 16};

// Rounds where no rows say when to end.
constexpr Index kBlindRounds = 100;

// A baseline should take no longer than the network beside it. Many classes have many trees a round, so that fewer rounds
// take larger steps, and many rows teach a tree no more than some of them.
constexpr Index kMostTrees = 2000, kMostRowsOfATree = 50000;
constexpr double kLargestRate = 0.2;

BoostingOptions options_for(const RowLabels& labels, Index rows) {
  BoostingOptions options;
  options.classes = labels.classes;
  const Index usual = options.rounds;
  const Index outputs = num_outputs(labels.type, 1, labels.classes);
  options.rounds = std::max<Index>(1, std::min(usual, kMostTrees / outputs));
  options.learning_rate = std::min(
      kLargestRate, options.learning_rate * static_cast<double>(usual) / static_cast<double>(options.rounds));
  options.row_share =
      std::min(options.row_share, static_cast<double>(kMostRowsOfATree) / static_cast<double>(rows));
  return options;
}

BoostingLoss loss_of_type(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return BoostingLoss::kLogistic;
    case TaskType::kMulticlass:
      return BoostingLoss::kSoftmax;
    case TaskType::kRegression:
      break;
  }
  return BoostingLoss::kSquaredError;
}

// The rows of one part that have a label of one task.
struct LabelledPart {
  std::vector<std::int32_t> rows;
  std::vector<double> labels, weights;
  std::vector<float> features;
  Index columns;

  LabelledPart(const RowLabels& all, const FeatureSource& source, const std::vector<std::int32_t>& part,
               Index task)
      : rows(labelled_rows(all, part, task)),
        labels(labels_of(all, rows, task)),
        weights(all.type == TaskType::kClassification && !all_equal(labels)
                    ? balancing_weights(labels)
                    : std::vector<double>(labels.size(), 1.0)),
        features(source.of_rows(rows)),
        columns(source.columns) {}

  BoostingRows view() const { return {{features.data(), std::ssize(rows), columns}, labels, weights}; }
};

BoostedTrees fit_by_validation(const LabelledPart& known, const LabelledPart& judged,
                               BoostingOptions options) {
  if (judged.rows.empty()) {
    options.rounds = std::min(options.rounds, kBlindRounds);
    options.most_leaves = kLeaves.front();
    return fit_boosted_trees(known.view(), options);
  }
  std::optional<BoostedTrees> best;
  for (const Index leaves : kLeaves) {
    options.most_leaves = leaves;
    BoostedTrees trees = fit_boosted_trees(known.view(), judged.view(), options);
    if (!best.has_value() || *trees.validation_loss < *best->validation_loss) best = std::move(trees);
  }
  return *std::move(best);
}

}  // namespace

HeldOut held_out_boosted_trees(const RowLabels& labels, const FeatureSource& features, const Split& split,
                               std::uint64_t seed, const std::function<bool()>& stop) {
  return held_out_from_constants(labels, split, [&](MatrixMap<float> validation, MatrixMap<float> test) {
    std::int64_t nodes = 0;
    for (Index task = 0; task < labels.tasks(); ++task) {
      const LabelledPart known(labels, features, split.train, task);
      if (all_equal(known.labels)) continue;
      BoostingOptions options = options_for(labels, std::ssize(known.rows));
      options.loss = loss_of_type(labels.type);
      options.seed = mix_seed(seed, static_cast<std::uint64_t>(task));
      options.stop = stop;
      const BoostedTrees trees =
          fit_by_validation(known, LabelledPart(labels, features, split.validation, task), options);
      nodes += std::ssize(trees.nodes);
      const auto write = [&](const std::vector<std::int32_t>& rows, MatrixMap<float> outputs) {
        const std::vector<float> asked = features.of_rows(rows);
        const std::vector<double> said = predict(trees, {asked.data(), std::ssize(rows), features.columns});
        outputs.middleCols(task * trees.outputs(), trees.outputs()) =
            ConstMatrixMap<double>(said.data(), std::ssize(rows), trees.outputs()).cast<float>();
      };
      write(split.validation, validation);
      write(split.test, test);
    }
    return nodes;
  });
}

}  // namespace plstm
