#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/graph/graph_count.hpp>
#include <plstm/train/baselines/companion.hpp>

namespace plstm {

/// What counts and values of a graph contribute to a companion's outputs.
///
/// Kernel ridge regression has integrated gradients by the counts of a graph on the straight way from none to
/// all of them. With S and T the sums of minima and of maxima that the counts t c share with a landmark in a family,
///
///   d (S / T) / d (t c_i) = 1 / T  where t c_i is below the landmark's count, else -S / T^2
///
/// A family that neither graph has counts as alike. This ends when the first count of it comes, which no gradient tells.
class CompanionGradients {
 public:
  /// `companion` must outlive this object and pass check_companion.
  explicit CompanionGradients(const Companion& companion);

  /// [counts of the graph, tasks] contributions, which add up to the prediction less that of no counts but for the error of
  /// the steps (rule of midpoints) and for families that a landmark lacks. Thread-safe.
  /// `values` of the graph stay as they are; kernels may read them.
  std::vector<double> of_counts(GraphCounts graph, int steps, GraphValues values = {}) const;

  /// [descriptors.width(), tasks] contributions of the graph's descriptors, on the straight way of the standardised ones
  /// from those of `nothing` to those of `whole`. Values of columns beside the graph are the same in both. They add up to
  /// the difference of the predictions but for the error of the steps. Thread-safe.
  std::vector<double> of_descriptors(GraphValues nothing, GraphValues whole, int steps) const;

  struct OfForests {
    std::vector<double> counts;  ///< [counts of the graph, tasks]
    std::vector<double> values;  ///< [values of the graph, tasks]
  };
  /// What the forests add: the changes of a tree's mean on the way of the graph less those on the way of nothing (no counts,
  /// and its values), times the slope of the logit between both. They add up to the difference but for counts that the
  /// graph lacks and that trees ask for. Empty without forests. Thread-safe.
  OfForests of_forests(GraphCounts graph, GraphValues nothing, GraphValues whole) const;

 private:
  struct Posting {
    std::uint32_t label = 0, landmark = 0, count = 0;
  };
  struct Range {
    std::size_t first = 0, last = 0;
  };
  std::vector<double> weights_at(GraphValues values) const;
  Range postings_of(std::uint32_t label) const;

  const Companion& companion_;
  const TanimotoRidge& ridge_;
  std::vector<Posting> postings_;  // by label
  std::vector<double> totals_;     // [families, landmarks]
};

}  // namespace plstm
