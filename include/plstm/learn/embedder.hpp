#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm {

/// Embeddings of graphs: for each network the pooled states of the nodes, as its decoder reads them. Values of the whole
/// graph, which the decoder reads beside them, are no part of it, and neither is what a companion reads.
///
/// A const object may be shared between threads; embed() runs in parallel itself. Bits do not depend on the number of
/// threads; on processors with AVX2 or AVX-512 a graph has the same bits alone and among others.
class Embedder {
 public:
  /// Throws ConfigError if there is no network or if one does not predict whole graphs.
  explicit Embedder(std::span<const TrainedModel> networks);
  ~Embedder();
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;

  /// Values of a graph: the widths of the networks, one after the other.
  std::int64_t width() const noexcept;

  /// Throws what check_graph() throws if a network cannot take this graph.
  void check(const PreparedGraph& graph) const;

  /// [chosen, width()], row-major, of the graphs with these numbers in their order; a number may come twice. Throws
  /// ConfigError naming a number that is not there or a graph that check() refuses, and TrainingError if a value is not
  /// finite.
  std::vector<float> embed(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> chosen) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace plstm
