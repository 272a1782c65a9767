#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/graph/graph_count.hpp>
#include <plstm/train/baselines/forest.hpp>
#include <plstm/train/baselines/logistic_curve.hpp>
#include <plstm/train/baselines/value_kernel.hpp>

namespace plstm {

/// Random forests on counts and values of graphs, one for each task of yes and no that has one.
///
/// The columns of a row are the counts of `labels`, then all values of the graph. A value that is not finite counts as 0.
struct CountForest {
  std::vector<std::uint32_t> labels;  ///< ascending
  std::size_t values = 0;             ///< of a graph
  std::vector<Forest> forests;        ///< [tasks]; one without trees says nothing of its task
  /// [tasks] of log_odds() of the share of ones, which is then added to a logit.
  std::vector<LogisticCurve> curves;

  bool empty() const { return forests.empty(); }
  std::size_t width() const { return labels.size() + values; }

  bool operator==(const CountForest&) const = default;
};

/// The logit of a share of ones. Shares of 0 and 1, which few trees can have by chance, stay finite.
double log_odds(const Forest& forest, double share);

/// Throws ShapeError or ConfigError naming what makes no sense: labels that do not ascend, trees that lead outside
/// themselves or read columns that are not there, numbers that are not finite, shares outside 0 to 1, or another number of
/// tasks than given.
void check_count_forest(const CountForest& model, std::size_t tasks);

/// The labels that most graphs have, at most `most` of them, ascending. Those that all graphs have are left out.
std::vector<std::uint32_t> frequent_labels(std::span<const GraphCounts> graphs, std::size_t most);

/// The columns of a graph into `row` [model.width()]. Throws ShapeError for another number of values.
void read_columns(const CountForest& model, GraphCounts graph, GraphValues values, std::span<float> row);

/// Adds what the forests say to the logits, one a task. `row` is working memory. Throws as read_columns does.
void add_logits(const CountForest& model, GraphCounts graph, GraphValues values, std::vector<float>& row,
                std::span<double> logits);

}  // namespace plstm
