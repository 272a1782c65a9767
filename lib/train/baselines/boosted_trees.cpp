#include "plstm/train/baselines/boosted_trees.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/core/stopped_error.hpp>

#include "train/baselines/boosted_tree.hpp"
#include "train/baselines/boosting_losses.hpp"
#include "train/baselines/decision_trees.hpp"

namespace plstm {
namespace {

constexpr const char* kFunction = "fit_boosted_trees";

void check_options(const BoostingOptions& o) {
  const auto require = [](bool condition, const std::string& message) {
    if (!condition) throw ConfigError(fmt::format("{}: {}", kFunction, message));
  };
  const auto is_share = [](double value) { return value > 0 && value <= 1; };
  require(o.loss != BoostingLoss::kSoftmax || o.classes >= 2,
          fmt::format("{} classes, expected at least 2", o.classes));
  require(o.rounds >= 1 && o.patience >= 1,
          fmt::format("{} rounds and a patience of {}, expected at least 1", o.rounds, o.patience));
  require(is_share(o.learning_rate),
          fmt::format("learning_rate is {}, expected 0 < learning_rate <= 1", o.learning_rate));
  require(
      o.most_leaves >= 2 && o.min_leaf >= 1,
      fmt::format("most_leaves is {} and min_leaf {}, expected at least 2 and 1", o.most_leaves, o.min_leaf));
  require(std::isfinite(o.penalty) && o.penalty >= 0,
          fmt::format("penalty is {}, expected a number of at least 0", o.penalty));
  require(is_share(o.row_share) && is_share(o.column_share),
          fmt::format("row_share is {} and column_share {}, expected more than 0 and at most 1", o.row_share,
                      o.column_share));
}

// `what` is "" or "validation ".
void check_rows(const char* what, const BoostingRows& rows, const BoostingOptions& options) {
  check_size(kFunction, fmt::format("{}targets", what), std::ssize(rows.targets), rows.features.rows());
  check_size(kFunction, fmt::format("{}weights", what), std::ssize(rows.weights), rows.features.rows());
  for (Index i = 0; i < rows.features.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    if (!std::isfinite(rows.targets[row]) || !rows.features.row(i).allFinite()) {
      throw TrainingError(fmt::format("{}: {}row {} holds a number that is not finite", kFunction, what, i));
    }
    if (!(std::isfinite(rows.weights[row]) && rows.weights[row] > 0)) {
      throw TrainingError(fmt::format("{}: {}row {} has weight {}, expected a positive number", kFunction,
                                      what, i, rows.weights[row]));
    }
  }
  check_targets(what, rows.targets, options);
}

// A share of the items, in their order, at least one.
std::vector<std::int32_t> draw(std::span<const std::int32_t> items, double share, Random& random) {
  const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(items.size())));
  if (wanted >= items.size()) return {items.begin(), items.end()};
  std::vector<std::int32_t> drawn;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (random.below(items.size() - i) < wanted - drawn.size()) drawn.push_back(items[i]);
  }
  return drawn;
}

std::vector<std::int32_t> numbers_below(std::size_t count) {
  std::vector<std::int32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<double> repeated(std::span<const double> row, Index times) {
  std::vector<double> values;
  for (Index i = 0; i < times; ++i) values.insert(values.end(), row.begin(), row.end());
  return values;
}

std::vector<double> of_unit_mean(std::span<const double> weights) {
  const double mean =
      std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  std::vector<double> scaled(weights.begin(), weights.end());
  for (double& weight : scaled) weight /= mean;
  return scaled;
}

using Tree = std::vector<Forest::Node>;

// Adds a round of trees, one for each output.
void add_round(std::span<const Tree> round, const ConstMatrixMap<float>& features,
               std::vector<double>& outputs) {
  parallel_for(static_cast<std::size_t>(features.rows()), 64, [&](std::size_t i) {
    const float* row = features.data() + static_cast<Index>(i) * features.cols();
    for (std::size_t k = 0; k < round.size(); ++k)
      outputs[i * round.size() + k] += leaf_value(round[k].data(), row);
  });
}

BoostedTrees fit(const BoostingRows& known, const BoostingRows* validation, const BoostingOptions& options) {
  check_options(options);
  if (known.features.cols() == 0) throw ShapeError("fit_boosted_trees: features without columns");
  if (known.features.rows() == 0) throw TrainingError("fit_boosted_trees: no rows");
  check_rows("", known, options);
  if (validation != nullptr) {
    if (validation->features.rows() == 0) throw TrainingError("fit_boosted_trees: no validation rows");
    check_size(kFunction, "validation columns", validation->features.cols(), known.features.cols());
    check_rows("validation ", *validation, options);
  }
  BoostedTrees trees;
  trees.columns = known.features.cols();
  trees.base = best_constant(known, options);
  const std::vector<BinnedColumn> columns = bin_columns(known.features);
  std::vector<std::int32_t> usable;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!columns[c].thresholds.empty()) usable.push_back(static_cast<std::int32_t>(c));
  }
  const std::vector<std::int32_t> all_rows = numbers_below(known.targets.size());
  const std::vector<double> weights = of_unit_mean(known.weights);
  std::vector<double> outputs = repeated(trees.base, known.features.rows());
  std::vector<double> judged;
  if (validation != nullptr) {
    judged = repeated(trees.base, validation->features.rows());
    trees.validation_loss = mean_loss(*validation, judged, options);
  }
  const std::size_t count = trees.base.size();
  std::size_t best_nodes = 0, best_roots = 0;
  Index best_round = 0;
  for (Index round = 0; round < options.rounds && !usable.empty(); ++round) {
    if (options.stop && options.stop()) throw StoppedError("fit_boosted_trees: stopped before it was done");
    const std::uint64_t seed = mix_seed(options.seed, static_cast<std::uint64_t>(round));
    Random random(seed, 0);
    const std::vector<std::int32_t> rows = draw(all_rows, options.row_share, random);
    const std::vector<std::vector<Slope>> slopes = slopes_of(known, weights, outputs, options);
    std::vector<Tree> grown(count);
    parallel_for(count, 1, [&](std::size_t k) {
      Random of_columns(seed, 1 + k);
      const std::vector<std::int32_t> chosen = draw(usable, options.column_share, of_columns);
      grown[k] = grow_boosted_tree({columns, chosen, rows, slopes[k]}, options);
    });
    for (const Tree& tree : grown) {
      trees.roots.push_back(std::ssize(trees.nodes));
      trees.nodes.insert(trees.nodes.end(), tree.begin(), tree.end());
    }
    add_round(grown, known.features, outputs);
    if (validation == nullptr) continue;
    add_round(grown, validation->features, judged);
    const double loss = mean_loss(*validation, judged, options);
    if (loss < *trees.validation_loss) {
      trees.validation_loss = loss;
      best_nodes = trees.nodes.size();
      best_roots = trees.roots.size();
      best_round = round + 1;
    }
    if (round + 1 - best_round >= options.patience) break;
  }
  if (validation != nullptr) {
    trees.nodes.resize(best_nodes);
    trees.roots.resize(best_roots);
  }
  return trees;
}

}  // namespace

BoostedTrees fit_boosted_trees(const BoostingRows& known, const BoostingOptions& options) {
  return fit(known, nullptr, options);
}

BoostedTrees fit_boosted_trees(const BoostingRows& known, const BoostingRows& validation,
                               const BoostingOptions& options) {
  return fit(known, &validation, options);
}

std::vector<double> predict(const BoostedTrees& trees, const ConstMatrixMap<float>& features) {
  check_size("predict", "columns", features.cols(), trees.columns);
  const std::size_t count = trees.base.size();
  std::vector<double> values = repeated(trees.base, features.rows());
  parallel_for(static_cast<std::size_t>(features.rows()), 16, [&](std::size_t i) {
    const float* row = features.data() + static_cast<Index>(i) * features.cols();
    for (std::size_t tree = 0; tree < trees.roots.size(); ++tree)
      values[i * count + tree % count] += leaf_value(trees.nodes.data() + trees.roots[tree], row);
  });
  return values;
}

}  // namespace plstm
