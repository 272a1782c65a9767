#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/readout.hpp>

namespace plstm {

/// Graphs with their targets: what fit() learns from.
///
/// A target belongs to a whole graph, to a node or to an edge, the same for all graphs of one set. These are the
/// *labelled things* of a graph. Each has one value a task: a number (regression), 0 or 1 (classification), or a
/// class 0, 1, ... (multiclass). NaN marks a value that is missing.
///
/// add() checks and prepares the graph (line graph, levels, multitrees), so a set can be used for many trainings.
/// A const object may be shared between threads.
class LabeledGraphs {
 public:
  explicit LabeledGraphs(Readout level = Readout::kGraph) : level_(level) {}

  /// `targets` is [things, tasks], row-major: things is 1, the number of nodes or the number of edges, in the order
  /// of their ids. The first graph decides the number of tasks. `weight` multiplies the losses of all its things.
  ///
  /// A target of regression may be a bound, as in "> 30": `bounds` has 1 where the value is at least the target, -1 where
  /// it is at most the target, and 0 where it is the target, [things, tasks]; empty: all are 0. Training, and nothing
  /// else, counts bounds.
  ///
  /// Throws ShapeError naming the graph if the targets do not fill whole rows, or if the number of tasks or a width of
  /// features differs from those of the first graph; ConfigError for an infinite target, for a bound that is none of
  /// these, for a weight that is negative or not finite, and for features of nodes or edges that
  /// are not finite. Values of whole graphs may be NaN or infinite: fit() takes such a value for a missing one. The set
  /// is unchanged then.
  void add(AttributedGraph graph, std::span<const double> targets, float weight = 1,
           std::span<const std::int8_t> bounds = {});
  /// The same for a graph that is prepared already.
  void add(PreparedGraph graph, std::span<const double> targets, float weight = 1,
           std::span<const std::int8_t> bounds = {});
  void add(AttributedGraph graph, std::initializer_list<double> targets, float weight = 1) {
    add(std::move(graph), std::span<const double>(targets.begin(), targets.size()), weight);
  }

  /// Names of the tasks, in order; by default "target", or "target_1", "target_2", ... of several. Throws ConfigError
  /// unless there are as many names as tasks, all different.
  void name_tasks(std::vector<std::string> names);

  /// How many codes each column of node or edge codes may have, at least as many as the data has. By default the largest
  /// code of the data decides, and a prediction refuses a graph with a larger one.
  void set_vocabularies(std::vector<std::int32_t> node_sizes, std::vector<std::int32_t> edge_sizes);

  /// How the graphs were made, as JSON text that model files keep; empty by default. Graphs of molecules have one
  /// (chem/molecule_predictor.hpp).
  void set_featurizer(std::string json) { featurizer_ = std::move(json); }

  /// The last `count` values of each graph stand beside it (the temperature of a measurement) and do not follow from it:
  /// 0 by default. What learns from counts of the graphs reads them, too. Throws ShapeError if the graphs have fewer.
  void set_num_columns(std::int32_t count);

  /// Binary features of each graph, ascending and below kDomainFeatures (ones of a fingerprint): a model that learns
  /// from the graphs finds the nearest of them for another one. `numbers` says what users call the graphs. Throws
  /// ShapeError unless both have an entry for each graph, ConfigError for a fingerprint of another form. No graph can be
  /// added afterwards.
  void set_fingerprints(std::vector<std::vector<std::uint32_t>> fingerprints,
                        std::vector<std::int64_t> numbers);

  Readout level() const noexcept { return level_; }
  std::int32_t num_graphs() const noexcept { return static_cast<std::int32_t>(graphs_.size()); }
  std::int64_t num_things() const noexcept { return offsets_.back(); }
  std::int64_t num_tasks() const noexcept { return num_tasks_; }
  std::vector<std::string> task_names() const;

  const std::vector<std::int32_t>& node_vocabulary_sizes() const noexcept { return node_vocabulary_sizes_; }
  const std::vector<std::int32_t>& edge_vocabulary_sizes() const noexcept { return edge_vocabulary_sizes_; }
  const std::string& featurizer() const noexcept { return featurizer_; }
  std::int32_t num_columns() const noexcept { return num_columns_; }

  /// Empty unless they were set; [graphs] each.
  std::span<const std::vector<std::uint32_t>> fingerprints() const noexcept { return fingerprints_; }
  std::span<const std::int64_t> numbers() const noexcept { return numbers_; }

  std::span<const PreparedGraph> graphs() const noexcept { return graphs_; }
  /// The things of graph g are offsets()[g] .. offsets()[g + 1] - 1; [graphs + 1].
  std::span<const std::int64_t> offsets() const noexcept { return offsets_; }
  std::span<const double> targets() const noexcept { return targets_; }  ///< [things, tasks], 0 where missing
  std::span<const std::uint8_t> present() const noexcept {
    return present_;
  }                                                                     ///< [things, tasks], 0 where missing
  std::span<const float> weights() const noexcept { return weights_; }  ///< [things]
  /// [things, tasks]; empty if no target is a bound. A bound that is not present is 0.
  std::span<const std::int8_t> bounds() const noexcept { return bounds_; }

 private:
  Readout level_;
  std::int64_t num_tasks_ = 0;
  std::vector<std::string> names_;
  std::vector<std::int32_t> node_vocabulary_sizes_, edge_vocabulary_sizes_;
  std::string featurizer_;
  std::int32_t num_columns_ = 0;
  std::vector<std::vector<std::uint32_t>> fingerprints_;
  std::vector<std::int64_t> numbers_;
  std::vector<PreparedGraph> graphs_;
  std::vector<std::int64_t> offsets_{0};
  std::vector<double> targets_;
  std::vector<std::uint8_t> present_;
  std::vector<float> weights_;
  std::vector<std::int8_t> bounds_;
};

}  // namespace plstm
