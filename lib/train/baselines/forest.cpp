#include "plstm/train/baselines/forest.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/core/stopped_error.hpp>

#include "train/baselines/decision_trees.hpp"

namespace plstm {
namespace {

// What a set of rows adds up to.
struct Sums {
  double weight = 0, target = 0;  // the second one weighted
  Index rows = 0;

  void add(const Sums& other) {
    weight += other.weight;
    target += other.target;
    rows += other.rows;
  }
  double score() const { return target * target / weight; }
};

struct SplitChoice {
  std::int32_t column;
  std::size_t bin;  // rows up to this bin go left
  double score;
};

// How often a tree draws each row. Rows of a group are drawn as often as their group, and there are as many draws as
// groups.
std::vector<std::int32_t> draws(std::size_t rows, const ForestOptions& options, Random& random) {
  std::vector<std::int32_t> times(rows, options.bootstrap ? 0 : 1);
  if (!options.bootstrap) return times;
  if (options.groups.empty()) {
    for (std::size_t i = 0; i < rows; ++i) ++times[random.below(rows)];
    return times;
  }
  std::vector<std::int32_t> groups(options.groups.begin(), options.groups.end());
  std::ranges::sort(groups);
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  std::vector<std::int32_t> of_groups(groups.size(), 0);
  for (std::size_t i = 0; i < groups.size(); ++i) ++of_groups[random.below(groups.size())];
  for (std::size_t i = 0; i < rows; ++i) {
    const auto place = std::ranges::lower_bound(groups, options.groups[i]) - groups.begin();
    times[i] = of_groups[static_cast<std::size_t>(place)];
  }
  return times;
}

class TreeGrower {
 public:
  TreeGrower(std::span<const BinnedColumn> columns, std::span<const double> targets,
             std::span<const double> weights, const ForestOptions& options, Index columns_per_split,
             Random random)
      : columns_(columns),
        targets_(targets),
        options_(options),
        columns_per_split_(static_cast<std::size_t>(columns_per_split)),
        random_(random),
        weights_(weights.begin(), weights.end()),
        order_(columns.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    draw_rows();
  }

  std::vector<Forest::Node> grow() {
    struct Part {
      std::size_t begin, end;
      std::int32_t parent;  // of a right child, which has to be told where it is; or -1
    };
    std::vector<Forest::Node> nodes;
    std::vector<Part> open{{0, rows_.size(), -1}};
    while (!open.empty()) {
      const Part part = open.back();
      open.pop_back();
      const auto place = static_cast<std::int32_t>(nodes.size());
      if (part.parent >= 0) nodes[static_cast<std::size_t>(part.parent)].right = place;
      const std::span<std::int32_t> rows(rows_.data() + part.begin, part.end - part.begin);
      const Sums sums = sum_up(rows);
      const std::optional<SplitChoice> split = choose_split(rows, sums);
      Forest::Node& node = nodes.emplace_back();
      node.value = static_cast<float>(sums.target / sums.weight);
      if (!split.has_value()) continue;
      const BinnedColumn& column = columns_[static_cast<std::size_t>(split->column)];
      node.column = split->column;
      node.threshold = column.thresholds[split->bin];
      const auto right = std::stable_partition(rows.begin(), rows.end(), [&](std::int32_t row) {
        return column.bins[static_cast<std::size_t>(row)] <= split->bin;
      });
      const std::size_t middle = part.begin + static_cast<std::size_t>(right - rows.begin());
      open.push_back({middle, part.end, place});
      open.push_back({part.begin, middle, -1});  // taken next: the left child is the next node
    }
    return nodes;
  }

 private:
  // The rows of this tree, each once; those drawn more often weigh more.
  void draw_rows() {
    const std::vector<std::int32_t> times = draws(weights_.size(), options_, random_);
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] > 0) rows_.push_back(static_cast<std::int32_t>(i));
      weights_[i] *= times[i];
    }
  }

  Sums row_sums(std::int32_t row) const {
    const auto i = static_cast<std::size_t>(row);
    return {weights_[i], weights_[i] * targets_[i], 1};
  }

  Sums sum_up(std::span<const std::int32_t> rows) const {
    Sums sums;
    for (const std::int32_t row : rows) sums.add(row_sums(row));
    return sums;
  }

  std::optional<SplitChoice> choose_split(std::span<const std::int32_t> rows, const Sums& sums) {
    const double first = targets_[static_cast<std::size_t>(rows.front())];
    const bool pure = std::ranges::all_of(
        rows, [&](std::int32_t row) { return targets_[static_cast<std::size_t>(row)] == first; });
    if (pure || sums.rows < 2 * options_.min_leaf) return std::nullopt;
    std::optional<SplitChoice> best;
    for (std::size_t drawn = 0; drawn < order_.size(); ++drawn) {
      if (drawn >= columns_per_split_ && best.has_value()) break;
      std::swap(order_[drawn], order_[drawn + random_.below(order_.size() - drawn)]);
      improve(order_[drawn], rows, sums, best);
    }
    return best;
  }

  // The best split of the rows by this column, if it is better than the best one so far.
  void improve(std::int32_t index, std::span<const std::int32_t> rows, const Sums& sums,
               std::optional<SplitChoice>& best) {
    const BinnedColumn& column = columns_[static_cast<std::size_t>(index)];
    const std::size_t thresholds = column.thresholds.size();
    if (thresholds == 0) return;
    const std::span<Sums> by_bin(by_bin_.data(), thresholds + 1);
    std::ranges::fill(by_bin, Sums{});
    for (const std::int32_t row : rows) {
      by_bin[column.bins[static_cast<std::size_t>(row)]].add(row_sums(row));
    }
    Sums left;
    for (std::size_t bin = 0; bin < thresholds; ++bin) {
      if (by_bin[bin].rows == 0) continue;
      left.add(by_bin[bin]);
      const Sums right{sums.weight - left.weight, sums.target - left.target, sums.rows - left.rows};
      if (right.rows < options_.min_leaf) break;
      if (left.rows < options_.min_leaf) continue;
      const double score = left.score() + right.score();
      if (!best.has_value() || score > best->score) best = SplitChoice{index, bin, score};
    }
  }

  std::span<const BinnedColumn> columns_;
  std::span<const double> targets_;
  const ForestOptions& options_;
  std::size_t columns_per_split_;
  Random random_;
  std::vector<double> weights_;      // times the number of draws
  std::vector<std::int32_t> order_;  // of the columns, partly shuffled for each split
  std::vector<std::int32_t> rows_;
  std::array<Sums, kBins> by_bin_;
};

void check_input(const ConstMatrixMap<float>& features, std::span<const double> targets,
                 std::span<const double> weights, const ForestOptions& options) {
  constexpr const char* kFunction = "fit_forest";
  check_size(kFunction, "targets", std::ssize(targets), features.rows());
  check_size(kFunction, "weights", std::ssize(weights), features.rows());
  if (!options.groups.empty()) check_size(kFunction, "groups", std::ssize(options.groups), features.rows());
  if (features.cols() == 0) throw ShapeError("fit_forest: features without columns");
  if (features.rows() == 0) throw TrainingError("fit_forest: no rows");
  if (options.trees < 1 || options.min_leaf < 1 || options.columns_per_split < 0 ||
      options.columns_per_split > features.cols()) {
    throw ConfigError(fmt::format(
        "fit_forest: {} trees, leaves of {} rows, {} of {} columns a split; expected at least one "
        "tree and one row, and no more columns than there are",
        options.trees, options.min_leaf, options.columns_per_split, features.cols()));
  }
  for (Index i = 0; i < features.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    if (!std::isfinite(targets[row]) || !features.row(i).allFinite()) {
      throw TrainingError(fmt::format("fit_forest: row {} holds a number that is not finite", i));
    }
    if (!(std::isfinite(weights[row]) && weights[row] > 0)) {
      throw TrainingError(
          fmt::format("fit_forest: row {} has weight {}, expected a positive number", i, weights[row]));
    }
  }
}

double predict_row(const Forest& forest, const float* row) {
  double sum = 0;
  for (const std::int64_t root : forest.roots) sum += leaf_value(forest.nodes.data() + root, row);
  return sum / static_cast<double>(forest.roots.size());
}

}  // namespace

Forest fit_forest(const ConstMatrixMap<float>& features, std::span<const double> targets,
                  std::span<const double> weights, const ForestOptions& options) {
  check_input(features, targets, weights, options);
  const std::vector<BinnedColumn> columns = bin_columns(features);
  const Index columns_per_split =
      options.columns_per_split > 0
          ? options.columns_per_split
          : static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(features.cols()))));
  std::vector<std::vector<Forest::Node>> trees(static_cast<std::size_t>(options.trees));
  std::atomic<bool> stopped{false};
  parallel_for(trees.size(), 1, [&](std::size_t i) {
    if (stopped || (options.stop && options.stop())) {
      stopped = true;
      return;
    }
    trees[i] =
        TreeGrower(columns, targets, weights, options, columns_per_split, Random(options.seed, i)).grow();
  });
  if (stopped) throw StoppedError("fit_forest: stopped before all trees were grown");
  Forest forest;
  forest.columns = features.cols();
  for (const auto& tree : trees) {
    forest.roots.push_back(std::ssize(forest.nodes));
    forest.nodes.insert(forest.nodes.end(), tree.begin(), tree.end());
  }
  return forest;
}

ForestFit fit_forest_and_hold_out(const ConstMatrixMap<float>& features, std::span<const double> targets,
                                  std::span<const double> weights, const ForestOptions& options) {
  ForestFit fit{fit_forest(features, targets, weights, options), {}};
  const auto rows = static_cast<std::size_t>(features.rows());
  std::vector<std::vector<std::int32_t>> drawn(fit.forest.roots.size());
  parallel_for(drawn.size(), 1, [&](std::size_t tree) {
    Random random(options.seed, tree);  // as it grew
    drawn[tree] = draws(rows, options, random);
  });
  fit.held_out.resize(rows);
  parallel_for(rows, 16, [&](std::size_t i) {
    const float* row = features.data() + static_cast<Index>(i) * features.cols();
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t tree = 0; tree < drawn.size(); ++tree) {
      if (drawn[tree][i] > 0) continue;
      sum += leaf_value(fit.forest.nodes.data() + fit.forest.roots[tree], row);
      ++count;
    }
    fit.held_out[i] = count > 0 ? sum / static_cast<double>(count) : predict_row(fit.forest, row);
  });
  return fit;
}

double predict(const Forest& forest, std::span<const float> row) {
  check_size("predict", "columns", std::ssize(row), forest.columns);
  return predict_row(forest, row.data());
}

void add_contributions(const Forest& forest, std::span<const float> row, std::span<double> to) {
  check_size("add_contributions", "columns", std::ssize(row), forest.columns);
  check_size("add_contributions", "contributions", std::ssize(to), forest.columns);
  const auto trees = static_cast<double>(forest.roots.size());
  for (const std::int64_t root : forest.roots) {
    const Forest::Node* tree = forest.nodes.data() + root;
    for (std::int32_t at = 0; tree[at].column >= 0;) {
      const auto column = static_cast<std::size_t>(tree[at].column);
      const std::int32_t next = row[column] <= tree[at].threshold ? at + 1 : tree[at].right;
      to[column] += (double{tree[next].value} - double{tree[at].value}) / trees;
      at = next;
    }
  }
}

std::vector<double> predict(const Forest& forest, const ConstMatrixMap<float>& features) {
  check_size("predict", "columns", features.cols(), forest.columns);
  std::vector<double> values(static_cast<std::size_t>(features.rows()));
  parallel_for(values.size(), 16, [&](std::size_t i) {
    values[i] = predict_row(forest, features.data() + static_cast<Index>(i) * features.cols());
  });
  return values;
}

}  // namespace plstm
