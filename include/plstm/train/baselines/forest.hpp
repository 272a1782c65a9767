#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

struct ForestOptions {
  Index trees = 300;
  Index columns_per_split = 0;  ///< drawn for each split; 0: the root of their number, rounded up
  Index min_leaf = 2;           ///< different rows in a leaf, at least
  bool bootstrap = true;        ///< each tree sees n rows drawn with replacement; false: every row once
  std::uint64_t seed = 0;
  /// [n] a number for each row: rows of one group are drawn together. Empty: each alone.
  std::span<const std::int32_t> groups = {};
  /// Asked before each tree, by several threads at a time; true ends the growth with a StoppedError.
  std::function<bool()> stop = {};
};

/// Decision trees whose mean is the prediction. A node's left child comes right behind it.
struct Forest {
  struct Node {
    std::int32_t column = -1;  ///< -1: a leaf
    std::int32_t right = 0;    ///< the other child, counted from the tree's root
    float threshold = 0;       ///< values up to it go left
    float value = 0;           ///< the weighted mean of the targets here; of a leaf, what it predicts

    bool operator==(const Node&) const = default;
  };
  std::vector<Node> nodes;          ///< tree after tree
  std::vector<std::int64_t> roots;  ///< the first node of each tree
  Index columns = 0;                ///< of the features

  bool operator==(const Forest&) const = default;
};

/// A random forest (Breiman 2001): each split is the best one among columns drawn anew, by the weighted sum
/// of squares that it removes, which for targets 0 and 1 is the Gini criterion. If none of the columns drawn
/// splits a node, others are drawn until one does. Columns of more than 256 different values are split
/// between 256 quantiles only. Trees grow in parallel; the bits do not depend on the number of threads.
///
///   features [n, columns]   targets [n]   weights [n], positive
///
/// Throws ShapeError for shapes that do not fit or no columns, ConfigError for a bad option, TrainingError
/// for no rows, weights that are not positive, or numbers that are not finite; StoppedError.
Forest fit_forest(const ConstMatrixMap<float>& features, std::span<const double> targets,
                  std::span<const double> weights, const ForestOptions& options = {});

struct ForestFit {
  Forest forest;
  /// [n] the mean of the trees that have not drawn the row (Breiman's out-of-bag prediction), or of all trees where every
  /// one has.
  std::vector<double> held_out;
};

/// fit_forest() with predictions of rows by trees that have not learnt from them. Throws as it does.
ForestFit fit_forest_and_hold_out(const ConstMatrixMap<float>& features, std::span<const double> targets,
                                  std::span<const double> weights, const ForestOptions& options = {});

/// The prediction of one row of `forest.columns` values.
double predict(const Forest& forest, std::span<const float> row);

/// What the columns of a row contribute to its prediction, added to `to` [columns]: the changes of the mean along the
/// way to each leaf, divided by the number of trees. They add up to the prediction less the mean of the roots. Throws
/// ShapeError for other sizes.
void add_contributions(const Forest& forest, std::span<const float> row, std::span<double> to);

/// One value a row of features [n, columns]: for targets 0 and 1 the share of ones. Values that are no
/// numbers go right. Throws ShapeError for another number of columns.
std::vector<double> predict(const Forest& forest, const ConstMatrixMap<float>& features);

}  // namespace plstm
