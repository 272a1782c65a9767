#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace plstm {

/// A graph that is like another.
struct Neighbour {
  std::int64_t graph = 0;  ///< its place in the index, from 0
  double similarity =
      0;  ///< Tanimoto's coefficient: features that both have over features that one of them has

  bool operator==(const Neighbour&) const = default;
};

/// Finds among graphs those that share most binary features with another one: for example ones of fingerprints. Const
/// objects may be shared between threads.
class NeighbourIndex {
 public:
  NeighbourIndex() = default;
  /// The features of graph g are features[offsets[g] .. offsets[g + 1] - 1], each once.
  NeighbourIndex(std::span<const std::int64_t> offsets, std::span<const std::uint32_t> features);
  explicit NeighbourIndex(std::span<const std::vector<std::uint32_t>> graphs);

  std::int64_t num_graphs() const noexcept { return static_cast<std::int64_t>(sizes_.size()); }

  /// The `count` graphs that are most alike, or all if there are fewer, the best first; of equal ones that with the lower
  /// place. Graphs without any feature have similarity 0 to all others. `features` names each feature once. O(shared
  /// features + graphs).
  std::vector<Neighbour> nearest(std::span<const std::uint32_t> features, std::int64_t count) const;

 private:
  // A feature and a graph that has it.
  using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  void add(std::span<const std::uint32_t> features, Pairs& pairs);
  void build(Pairs pairs);

  std::vector<std::uint32_t> sizes_;   // [graphs] numbers of features
  std::vector<std::uint32_t> labels_;  // ascending
  std::vector<std::int64_t> first_;    // [labels + 1] into graphs_
  std::vector<std::uint32_t> graphs_;
};

}  // namespace plstm
