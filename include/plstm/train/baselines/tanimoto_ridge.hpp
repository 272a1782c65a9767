#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/graph/graph_count.hpp>
#include <plstm/train/baselines/value_kernel.hpp>

namespace plstm {

/// How alike two graphs are by their counts, from 0 to 1: the mean over the families of
///
///   sum over labels of min(a, b) / sum over labels of max(a, b)
///
/// (Tanimoto's coefficient of counts; Ralaivola et al., Neural Networks 2005, show that it is a kernel). A family that
/// neither graph has counts as 1. The families are those below `families`.
double tanimoto(GraphCounts a, GraphCounts b, std::uint32_t families);

/// Kernel ridge regression: prediction = mean + sum over landmarks of likeness(graph, landmark) weight. Landmarks are
/// graphs of the training set. The likeness starts as tanimoto(). `descriptors` mixes it with that of values which follow
/// from the graphs, and `kernel` puts the result together with that of values beside them.
struct TanimotoRidge {
  std::uint32_t families = 1;  ///< those that the landmarks have, from family 0 on
  std::vector<std::int64_t>
      offsets;  ///< [landmarks + 1] the counts of landmark l are offsets[l] .. offsets[l + 1] - 1
  std::vector<GraphCount> counts;
  std::vector<double> means;    ///< [tasks]
  std::vector<double> weights;  ///< [tasks, landmarks]
  ValueKernel kernel = {};
  std::vector<double> values = {};  ///< [landmarks, kernel.width()] of the landmarks, standardised
  /// Of the last values before the kernel.width() ones. A sum: its of_both is 0.
  ValueKernel descriptors = {};
  std::vector<float> descriptor_values =
      {};  ///< [landmarks, descriptors.width()] of the landmarks, standardised

  std::int64_t num_landmarks() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t num_tasks() const { return static_cast<std::int64_t>(means.size()); }

  bool operator==(const TanimotoRidge&) const = default;
};

/// Throws ShapeError naming what contradicts what, ConfigError for a number that is not finite.
void check_tanimoto_ridge(const TanimotoRidge& model);

struct TanimotoRidgeOptions {
  /// Candidates, each positive. The one whose held-out predictions have the least squared error is used, one for each
  /// task.
  std::vector<double> penalties = {0.01, 0.03, 0.1, 0.3, 1};
  /// Landmarks at most. More graphs are represented by so many of them that are drawn at random (the subset of
  /// regressors; Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, section 8.3.1).
  std::int64_t most_landmarks = 2000;
  std::uint64_t seed = 0;
  ValueKernel kernel = {};
  ValueKernel descriptors = {};
};

/// What is known of graphs beside their counts.
struct BesideGraphs {
  std::span<const GraphValues> values =
      {};  ///< [n] those of each graph, which the kernels read; empty: they read none
  /// [n] a number for each graph: graphs of one group are held out together; empty: each alone.
  std::span<const std::int32_t> groups = {};
};

struct TanimotoFit {
  TanimotoRidge model;
  /// [graphs, tasks] what the model would predict of each graph if it had not learnt from it, nor from others of its
  /// group: exact leave-one-out predictions of ridge regression on fixed landmarks and, where there are bounds, on what
  /// they say in the minimum. Of a graph without a label it is the prediction.
  std::vector<double> held_out;
};

/// The minimum over the weights w of one task of
///
///   sum over labelled graphs of c (y - mean - k w)^2 + penalty w K w,   k: likeness to the landmarks, K: among them
///
///   graphs [n]   targets [n, tasks], of about unit scale   present [n, tasks], 0 where a label is missing
///   weights [n, tasks] c of each label, positive where one is present; empty: 1. Each task's are divided by their mean.
///   bounds [n, tasks] 1 where y is at most what is true, -1 where it is at least; else 0. Empty: 0.
///
/// The error of a bound counts only where the prediction is on its wrong side.
///
/// O(n l^2 + l^3) for l landmarks, a penalty and a task, in parallel; the bits do not depend on the number of threads.
/// A task without a label predicts 0. Throws ShapeError for shapes that do not fit, ConfigError for bad options,
/// TrainingError for no graph, a target that is not finite, or a weight that is not positive.
TanimotoFit fit_tanimoto_ridge(std::span<const GraphCounts> graphs, const ConstMatrixMap<double>& targets,
                               const ConstMatrixMap<std::uint8_t>& present,
                               const TanimotoRidgeOptions& options = {}, std::span<const double> weights = {},
                               std::span<const std::int8_t> bounds = {}, const BesideGraphs& beside = {});

/// A model in use: its landmarks, label by label, so that a graph meets only those that it shares a label with. May be
/// shared between threads.
class TanimotoPredictor {
 public:
  /// Throws what check_tanimoto_ridge throws.
  explicit TanimotoPredictor(TanimotoRidge model);

  const TanimotoRidge& model() const noexcept { return model_; }

  /// Working memory of one thread, kept from call to call.
  struct Workspace {
    std::vector<std::uint32_t> shared;  // [families, landmarks]
    std::vector<double> alike;          // [landmarks]
    std::vector<double> values;         // of a kernel, standardised
    std::vector<double> squares;        // [landmarks] of distances by descriptors
  };
  /// One number a task, into `to`. `values` are those of the graph, which the model's kernels may read. The bits depend on
  /// this graph alone. Throws ShapeError for too few values.
  void predict(GraphCounts graph, Workspace& workspace, std::span<double> to, GraphValues values = {}) const;
  /// The likeness to every landmark, [landmarks]; it lies in the workspace.
  std::span<const double> likeness(GraphCounts graph, Workspace& workspace, GraphValues values = {}) const;

 private:
  struct Posting {
    std::uint32_t landmark = 0;
    std::uint32_t count = 0;
  };

  void mix_descriptors(Workspace& workspace, GraphValues values) const;

  TanimotoRidge model_;
  std::vector<double> descriptors_;    // [descriptors.width(), landmarks], so that a loop runs over landmarks
  std::vector<std::uint32_t> labels_;  // ascending
  std::vector<std::int64_t> first_;    // [labels + 1] into postings_
  std::vector<Posting> postings_;
  std::vector<std::uint32_t> totals_;  // [families, landmarks] sums of counts
};

}  // namespace plstm
