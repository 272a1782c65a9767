#include "boosted_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

// What a set of rows adds up to.
struct SlopeSums {
  double gradient = 0, curvature = 0;
  std::int64_t rows = 0;

  void add(const Slope& slope) {
    gradient += slope.gradient;
    curvature += slope.curvature;
    ++rows;
  }
  void add(const SlopeSums& other) {
    gradient += other.gradient;
    curvature += other.curvature;
    rows += other.rows;
  }
  SlopeSums without(const SlopeSums& other) const {
    return {gradient - other.gradient, curvature - other.curvature, rows - other.rows};
  }
};

struct GainOfSplit {
  std::int32_t column = 0;
  std::size_t bin = 0;  // rows up to this bin go left
  double gain = 0;
};

struct Leaf {
  std::size_t begin = 0, end = 0;  // its rows
  std::size_t node = 0;
  SlopeSums sums = {};
  std::vector<SlopeSums> histogram = {};  // bin after bin of each chosen column; empty: it cannot be split
  std::optional<GainOfSplit> split = {};

  std::size_t size() const { return end - begin; }
};

// A node while the tree grows, when children lie anywhere.
struct GrowingNode {
  std::int32_t column = -1;
  float threshold = 0, value = 0;
  std::size_t left = 0, right = 0;
};

constexpr double kLeastCurvature = 1e-12;  // saturated rows of logistic losses have none
constexpr std::size_t kTaskRows = 20000;   // about as many rows of columns are worth a task

class BoostedTreeGrower {
 public:
  BoostedTreeGrower(const BoostedTreeInput& input, const BoostingOptions& options)
      : input_(input),
        options_(options),
        min_leaf_(static_cast<std::size_t>(options.min_leaf)),
        rows_(input.rows.begin(), input.rows.end()) {
    for (const std::int32_t row : rows_) slopes_.push_back(input.slopes[static_cast<std::size_t>(row)]);
    offsets_.push_back(0);
    for (const std::int32_t column : input.chosen)
      offsets_.push_back(offsets_.back() + column_of(column).thresholds.size() + 1);
  }

  std::vector<Forest::Node> grow() {
    std::vector<Leaf> leaves{root()};
    while (leaves.size() < static_cast<std::size_t>(options_.most_leaves)) {
      const auto best = std::ranges::max_element(leaves, {}, gain_of);
      if (!best->split.has_value()) break;
      const bool last = leaves.size() + 1 == static_cast<std::size_t>(options_.most_leaves);
      std::pair<Leaf, Leaf> children = split(*best, last);
      *best = std::move(children.first);
      leaves.push_back(std::move(children.second));
    }
    for (const Leaf& leaf : leaves) {
      nodes_[leaf.node].value = static_cast<float>(-options_.learning_rate * leaf.sums.gradient /
                                                   curvature_with_penalty(leaf.sums));
    }
    return in_order();
  }

 private:
  static double gain_of(const Leaf& leaf) { return leaf.split.has_value() ? leaf.split->gain : 0; }

  const BinnedColumn& column_of(std::int32_t column) const {
    return input_.columns[static_cast<std::size_t>(column)];
  }
  double curvature_with_penalty(const SlopeSums& sums) const {
    return std::max(sums.curvature + options_.penalty, kLeastCurvature);
  }
  double gain_score(const SlopeSums& sums) const {
    return sums.gradient * sums.gradient / curvature_with_penalty(sums);
  }

  Leaf root() {
    Leaf leaf{.begin = 0, .end = rows_.size(), .node = 0};
    nodes_.emplace_back();
    sum_up(leaf);
    // A gain below this share of what could be gained at all is nothing but rounding.
    double squares = 0;
    for (const Slope& slope : slopes_) squares += slope.gradient * slope.gradient;
    constexpr double kRounding = 1e-10;
    least_gain_ = kRounding * squares * static_cast<double>(rows_.size()) / curvature_with_penalty(leaf.sums);
    if (leaf.size() < 2 * min_leaf_ || options_.most_leaves < 2) return leaf;
    leaf.histogram = histogram_of(leaf);
    leaf.split = choose_split(leaf);
    return leaf;
  }

  void sum_up(Leaf& leaf) const {
    leaf.sums = {};
    for (std::size_t i = leaf.begin; i < leaf.end; ++i) leaf.sums.add(slopes_[i]);
  }

  // Calls f(i) for each of the chosen columns; a task has the columns of about as many rows in all.
  template <class F>
  void for_each_column(std::size_t rows, const F& f) const {
    parallel_for(input_.chosen.size(), 1 + kTaskRows / (rows + 1), f);
  }

  std::vector<SlopeSums> histogram_of(const Leaf& leaf) const {
    std::vector<SlopeSums> histogram(offsets_.back());
    for_each_column(leaf.size(), [&](std::size_t i) {
      const std::uint8_t* bins = column_of(input_.chosen[i]).bins.data();
      SlopeSums* own = histogram.data() + offsets_[i];
      for (std::size_t at = leaf.begin; at < leaf.end; ++at) own[bins[rows_[at]]].add(slopes_[at]);
    });
    return histogram;
  }

  std::optional<GainOfSplit> choose_split(const Leaf& leaf) const {
    std::vector<GainOfSplit> best(input_.chosen.size());
    for_each_column(kBins, [&](std::size_t i) { best[i] = best_of_column(leaf, i); });
    const auto found = std::ranges::max_element(best, {}, &GainOfSplit::gain);
    if (found == best.end() || !(found->gain > least_gain_)) return std::nullopt;
    return *found;
  }

  GainOfSplit best_of_column(const Leaf& leaf, std::size_t i) const {
    GainOfSplit best{input_.chosen[i], 0, 0};
    const double before = gain_score(leaf.sums);
    const std::size_t bins = offsets_[i + 1] - offsets_[i];
    SlopeSums left;
    for (std::size_t bin = 0; bin + 1 < bins; ++bin) {
      const SlopeSums& own = leaf.histogram[offsets_[i] + bin];
      if (own.rows == 0) continue;  // differences of histograms may leave a rounding error here
      left.add(own);
      const SlopeSums right = leaf.sums.without(left);
      if (right.rows < options_.min_leaf) break;
      if (left.rows < options_.min_leaf) continue;
      const double gain = gain_score(left) + gain_score(right) - before;
      if (gain > best.gain) best = {best.column, bin, gain};
    }
    return best;
  }

  // Rows keep their order on both sides.
  std::size_t partition(const Leaf& leaf) {
    const BinnedColumn& column = column_of(leaf.split->column);
    std::vector<std::int32_t> right_rows;
    std::vector<Slope> right_slopes;
    std::size_t middle = leaf.begin;
    for (std::size_t i = leaf.begin; i < leaf.end; ++i) {
      if (column.bins[static_cast<std::size_t>(rows_[i])] <= leaf.split->bin) {
        rows_[middle] = rows_[i];
        slopes_[middle++] = slopes_[i];
      } else {
        right_rows.push_back(rows_[i]);
        right_slopes.push_back(slopes_[i]);
      }
    }
    std::ranges::copy(right_rows, rows_.begin() + static_cast<std::ptrdiff_t>(middle));
    std::ranges::copy(right_slopes, slopes_.begin() + static_cast<std::ptrdiff_t>(middle));
    return middle;
  }

  // Children of the last split are split no further.
  std::pair<Leaf, Leaf> split(Leaf& parent, bool last) {
    const std::size_t middle = partition(parent);
    Leaf left{.begin = parent.begin, .end = middle, .node = nodes_.size()};
    Leaf right{.begin = middle, .end = parent.end, .node = nodes_.size() + 1};
    nodes_.resize(nodes_.size() + 2);
    nodes_[parent.node] = {parent.split->column,
                           column_of(parent.split->column).thresholds[parent.split->bin], 0, left.node,
                           right.node};
    sum_up(left);
    sum_up(right);
    if (last) return {std::move(left), std::move(right)};
    Leaf& smaller = left.size() <= right.size() ? left : right;
    Leaf& larger = left.size() <= right.size() ? right : left;
    if (larger.size() >= 2 * min_leaf_) {
      std::vector<SlopeSums> of_smaller = histogram_of(smaller);
      larger.histogram = std::move(parent.histogram);
      for (std::size_t i = 0; i < of_smaller.size(); ++i)
        larger.histogram[i] = larger.histogram[i].without(of_smaller[i]);
      larger.split = choose_split(larger);
      if (smaller.size() >= 2 * min_leaf_) {
        smaller.histogram = std::move(of_smaller);
        smaller.split = choose_split(smaller);
      }
    }
    return {std::move(left), std::move(right)};
  }

  // Each left child right behind its parent.
  std::vector<Forest::Node> in_order() const {
    struct Open {
      std::size_t node;
      std::int32_t parent;  // of a right child, which has to be told where it is; or -1
    };
    std::vector<Forest::Node> tree;
    std::vector<Open> open{{0, -1}};
    while (!open.empty()) {
      const Open next = open.back();
      open.pop_back();
      const auto place = static_cast<std::int32_t>(tree.size());
      if (next.parent >= 0) tree[static_cast<std::size_t>(next.parent)].right = place;
      const GrowingNode& node = nodes_[next.node];
      tree.push_back({.column = node.column, .right = 0, .threshold = node.threshold, .value = node.value});
      if (node.column < 0) continue;
      open.push_back({node.right, place});
      open.push_back({node.left, -1});
    }
    return tree;
  }

  const BoostedTreeInput& input_;
  const BoostingOptions& options_;
  std::size_t min_leaf_;
  std::vector<std::int32_t> rows_;    // leaf after leaf
  std::vector<Slope> slopes_;         // of these rows
  std::vector<std::size_t> offsets_;  // of the chosen columns in histograms
  std::vector<GrowingNode> nodes_;
  double least_gain_ = 0;
};

}  // namespace

std::vector<Forest::Node> grow_boosted_tree(const BoostedTreeInput& input, const BoostingOptions& options) {
  return BoostedTreeGrower(input, options).grow();
}

}  // namespace plstm
