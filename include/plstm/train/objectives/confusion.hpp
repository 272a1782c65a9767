#pragma once

#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// How many rows of each class were taken for each class. Counts may be any numbers from 0 on, so that rows can weigh
/// more or less. Classes are numbered from 0.
class Confusion {
 public:
  /// Throws ConfigError for fewer than 2 classes.
  explicit Confusion(Index classes);

  Index classes() const noexcept { return classes_; }
  /// Throws ConfigError for a class that does not exist.
  void add(Index label, Index chosen, double count = 1);
  double operator()(Index label, Index chosen) const;

  double of_label(Index label) const;    ///< rows that are of this class
  double of_chosen(Index chosen) const;  ///< rows that were taken for this class
  double right() const;                  ///< rows that were taken for what they are
  double rows() const;

 private:
  Index classes_;
  std::vector<double> counts_;  // [classes, classes] by label, then by choice
};

/// Of yes and no: a row is taken for class 1 if its score exceeds the threshold, 0 for logits and 0.5 for probabilities;
/// NaN does not exceed it. A label > 0.5 is class 1. Throws ShapeError unless there are as many labels as scores.
Confusion binary_confusion(std::span<const double> scores, std::span<const double> labels,
                           double threshold = 0.0);

/// Of several classes: a row is taken for the class with the largest logit or probability, the first at a tie. Logits
/// [B, classes]. Throws ShapeError for other sizes and ConfigError for a label that is no class.
Confusion class_confusion(const ConstMatrixMap<double>& logits, std::span<const double> labels);

// Scores of a confusion. Whether they are defined depends on the labels alone, so that a mean over targets cannot hide
// the target that a model treats worst.

/// Mean over the classes that occur of the share of their rows that were taken for them. 1 / classes for a model that
/// guesses. Undefined unless two classes occur.
std::optional<double> balanced_accuracy(const Confusion& confusion);

/// Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). Of two classes that of class 1, undefined unless it
/// occurs. Of more classes the mean over those that occur or were chosen ("macro F1"), undefined without rows.
std::optional<double> f1(const Confusion& confusion);

/// Matthews' correlation coefficient: of two classes the correlation of labels and choices; of more Gorodkin's R_K, which
/// is the same for two. 1 if all is right, 0 for a model that guesses or chooses the same for all rows. Undefined unless
/// two classes occur.
std::optional<double> mcc(const Confusion& confusion);

}  // namespace plstm
