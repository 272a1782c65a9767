#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Predicts atoms and bonds without a network, to compare with one: the mean of the training values, or the share of
/// each class, in the same environment.
///
/// The environment of an atom is its element, degree, charge, number of hydrogens, hybridisation, aromaticity and
/// whether it is in a ring, with its neighbours and the bonds to them. The environment of a bond is its kind and the
/// environments of its atoms. Where fewer than three values are known the environment without neighbours counts, then
/// the elements alone, then all values. A share counts half a label more of each class.
///
/// A const object may be shared between threads.
class EnvironmentMeans {
 public:
  /// Learns from these graphs of the data, whose level is kNode or kEdge and whose codes are those of featurize().
  /// Things of weight 0 count. Throws ConfigError for another level, ShapeError for other codes or another number of
  /// tasks.
  EnvironmentMeans(const LabeledGraphs& data, std::span<const std::int32_t> graphs,
                   std::span<const Task> tasks);

  /// [things, outputs] of a graph, in its order.
  std::vector<double> predict(const AttributedGraph& graph) const;

 private:
  using Key = std::vector<std::int32_t>;
  struct Sums {
    std::vector<std::int64_t> counts;  // [tasks]
    std::vector<double> sums;          // [outputs] of values, or of labels of a class
  };
  static constexpr std::size_t kDescriptions = 4;  // from the finest to none

  std::array<std::vector<Key>, kDescriptions> keys_of(const AttributedGraph& graph) const;

  Readout level_;
  std::vector<Task> tasks_;
  std::array<std::map<Key, Sums>, kDescriptions> sums_;
};

}  // namespace plstm
