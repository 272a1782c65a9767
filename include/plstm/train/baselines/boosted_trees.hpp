#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/baselines/forest.hpp>

namespace plstm {

/// What the trees make small: the weighted mean over the rows of
enum class BoostingLoss {
  kSquaredError,  ///< (y - f)^2 / 2; the output f is a number
  kLogistic,      ///< log(1 + e^f) - y f, y 0 or 1; f is a logit
  kSoftmax,       ///< log(sum over c of e^f_c) - f_y, y a class 0..classes-1; one output a class
};

struct BoostingOptions {
  BoostingLoss loss = BoostingLoss::kSquaredError;
  Index classes = 0;            ///< of kSoftmax, at least 2; others do not read it
  Index rounds = 1000;          ///< at most; each adds a tree to every output
  Index patience = 50;          ///< rounds without a smaller validation loss, after which it ends
  double learning_rate = 0.05;  ///< share of its values that a tree adds; 0 excluded, to 1
  Index most_leaves = 16;       ///< of a tree
  Index min_leaf = 5;           ///< rows in a leaf, at least
  double penalty = 1;           ///< on squared values of leaves; 0 or more
  double row_share = 0.8;       ///< of the rows, drawn for each round; 0 excluded, to 1
  double column_share = 0.5;  ///< of the columns that are not constant, drawn for each tree; 0 excluded, to 1
  std::uint64_t seed = 0;
  /// Asked before each round; true ends the growth with a StoppedError.
  std::function<bool()> stop = {};
};

/// What trees learn from or are judged by. The views must outlive the call.
struct BoostingRows {
  ConstMatrixMap<float> features;   ///< [n, columns]
  std::span<const double> targets;  ///< [n]
  std::span<const double> weights;  ///< [n], positive
};

/// A sum of trees: output = base + sum over its trees.
struct BoostedTrees {
  std::vector<Forest::Node> nodes;  ///< tree after tree, as those of a Forest
  /// The first node of each tree: round after round, in each one a tree for every output.
  std::vector<std::int64_t> roots;
  std::vector<double> base;  ///< [outputs]
  Index columns = 0;         ///< of the features
  /// The mean loss of the validation rows, the least of all rounds; absent without such rows.
  std::optional<double> validation_loss;

  Index outputs() const { return static_cast<Index>(base.size()); }
  Index rounds() const { return base.empty() ? 0 : static_cast<Index>(roots.size() / base.size()); }
};

/// Gradient-boosted trees (Friedman, Annals of Statistics 2001) with second derivatives as XGBoost has them (Chen &
/// Guestrin 2016). A tree grows leaf by leaf, the split of the largest gain first. Gains follow from histograms of the
/// columns; columns of more than 256 different values are split between 256 quantiles only. With validation rows the
/// rounds up to that of the least validation loss are kept, perhaps none. Without them all are.
///
/// Columns are worked on in parallel; the bits do not depend on the number of threads. A round takes
/// O(rows columns depth) at most.
///
/// Throws ShapeError for shapes that do not fit or no columns, ConfigError for a bad option, TrainingError for no rows,
/// weights that are not positive, numbers that are not finite, or targets that the loss does not know; StoppedError.
BoostedTrees fit_boosted_trees(const BoostingRows& known, const BoostingOptions& options = {});
BoostedTrees fit_boosted_trees(const BoostingRows& known, const BoostingRows& validation,
                               const BoostingOptions& options = {});

/// [rows, outputs] for features [n, columns]: numbers, logits, or one a class, whose softmax are probabilities. Values
/// that are no numbers go right. Throws ShapeError for another number of columns.
std::vector<double> predict(const BoostedTrees& trees, const ConstMatrixMap<float>& features);

}  // namespace plstm
