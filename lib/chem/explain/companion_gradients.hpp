#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/graph/graph_count.hpp>
#include <plstm/train/baselines/tanimoto_ridge.hpp>

namespace plstm {

/// Integrated gradients of what kernel ridge regression says, by the counts of a graph on the straight way from none to
/// all of them. With S and T the sums of minima and of maxima that the counts t c share with a landmark in a family,
///
///   d (S / T) / d (t c_i) = 1 / T  where t c_i is below the landmark's count, else -S / T^2
///
/// A family that neither graph has counts as alike. This ends when the first count of it comes, which no gradient tells.
class CompanionGradients {
 public:
  /// `ridge` must outlive this object and pass check_tanimoto_ridge.
  explicit CompanionGradients(const TanimotoRidge& ridge);

  /// [counts of the graph, tasks] contributions, which add up to the prediction less that of no counts but for the error of
  /// the steps (rule of midpoints) and for families that a landmark lacks. Thread-safe.
  /// `values` of the graph stay as they are; kernels may read them.
  std::vector<double> of_counts(GraphCounts graph, int steps, GraphValues values = {}) const;

  /// [descriptors.width(), tasks] contributions of the graph's descriptors, on the straight way of the standardised ones
  /// from those of `nothing` to those of `whole`. Values of columns beside the graph are the same in both. They add up to
  /// the difference of the predictions but for the error of the steps. Thread-safe.
  std::vector<double> of_descriptors(GraphValues nothing, GraphValues whole, int steps) const;

 private:
  struct Posting {
    std::uint32_t label = 0, landmark = 0, count = 0;
  };
  struct Range {
    std::size_t first = 0, last = 0;
  };
  std::vector<double> weights_at(GraphValues values) const;
  Range postings_of(std::uint32_t label) const;

  const TanimotoRidge& ridge_;
  std::vector<Posting> postings_;  // by label
  std::vector<double> totals_;     // [families, landmarks]
};

}  // namespace plstm
