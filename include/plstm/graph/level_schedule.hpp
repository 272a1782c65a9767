#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/line_graph.hpp>

namespace plstm {

/// The edges of a DAG sorted into levels: level 0 has no predecessor in the line graph, every other edge lies
/// one above its highest predecessor (specification, section 1). Edges of one level are independent of each
/// other: the unit of parallel work.
class LevelSchedule {
 public:
  LevelSchedule() = default;

  std::size_t num_levels() const noexcept { return offsets_.empty() ? 0 : offsets_.size() - 1; }

  /// Edges of one level, in the order in which their last predecessor was taken off (level 0: ascending),
  /// which is the order of Kahn's algorithm by generations.
  std::span<const EdgeId> level(std::size_t i) const {
    return std::span(order_).subspan(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }

  /// All levels after each other: a topological order of the line graph.
  std::span<const EdgeId> order() const noexcept { return order_; }

 private:
  friend LevelSchedule make_level_schedule(const LineGraph& line_graph);
  std::vector<EdgeId> order_;
  std::vector<std::size_t> offsets_;
};

/// O(E + L).
LevelSchedule make_level_schedule(const LineGraph& line_graph);

}  // namespace plstm
