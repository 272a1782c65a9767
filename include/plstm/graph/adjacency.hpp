#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// A directed edge between two vertices of whatever graph holds it.
struct Arc {
  std::int32_t tail;
  std::int32_t head;
  bool operator==(const Arc&) const = default;
};

/// Directed graph as compressed sparse rows both ways; the storage of Dag and LineGraph.
///
/// Arc a runs from arcs()[a].tail to arcs()[a].head. Equal input gives equal memory: the rows are sorted by
/// arc id.
class Adjacency {
 public:
  /// The graph without vertices.
  Adjacency() = default;

  /// Counting sort by tail and by head, O(V + A). The endpoints must lie in 0..num_vertices-1 (asserted; Dag
  /// checks what comes from outside).
  Adjacency(std::int32_t num_vertices, std::vector<Arc> arcs);

  std::int32_t num_vertices() const noexcept { return num_vertices_; }
  std::int32_t num_arcs() const noexcept { return static_cast<std::int32_t>(arcs_.size()); }
  std::span<const Arc> arcs() const noexcept { return arcs_; }

  /// Ids of the arcs that leave or enter a vertex, ascending.
  std::span<const std::int32_t> out_arcs(std::int32_t vertex) const {
    return row(out_offsets_, out_arcs_, vertex);
  }
  std::span<const std::int32_t> in_arcs(std::int32_t vertex) const {
    return row(in_offsets_, in_arcs_, vertex);
  }

  /// Whole rows: arcs of vertex v are at positions offsets[v]..offsets[v+1]-1 of the list. Offsets have V + 1
  /// entries.
  std::span<const std::int32_t> out_offsets() const noexcept { return out_offsets_; }
  std::span<const std::int32_t> in_offsets() const noexcept { return in_offsets_; }
  std::span<const std::int32_t> out_list() const noexcept { return out_arcs_; }
  std::span<const std::int32_t> in_list() const noexcept { return in_arcs_; }

  /// Every arc flipped; arc ids stay.
  Adjacency reversed() const;

  bool operator==(const Adjacency& other) const = default;

 private:
  static std::span<const std::int32_t> row(const std::vector<std::int32_t>& offsets,
                                           const std::vector<std::int32_t>& list, std::int32_t vertex) {
    const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(vertex)]);
    const auto end = static_cast<std::size_t>(offsets[static_cast<std::size_t>(vertex) + 1]);
    return std::span(list).subspan(begin, end - begin);
  }

  std::int32_t num_vertices_ = 0;
  std::vector<Arc> arcs_;
  std::vector<std::int32_t> out_offsets_{0}, out_arcs_;
  std::vector<std::int32_t> in_offsets_{0}, in_arcs_;
};

}  // namespace plstm
