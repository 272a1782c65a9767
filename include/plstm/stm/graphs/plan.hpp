#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// How the operator is computed; all forms agree to rounding. docs/operator.md has their mathematics and
/// costs.
enum class StmForm {
  kAuto,       ///< per part of the graph, whichever is expected to be fastest
  kRecurrent,  ///< states [K, V] carried from edge to edge: O((E + L) K V) per head
  kClosed,     ///< path sums G [N, N] and no states: O((E + L) N + N^2 (K + V)) per head, N^2 memory
  kChunkwise,  ///< path sums inside chunks of consecutive levels, states on edges between chunks only
  kDoubling,   ///< the same, and the states between chunks by an associative scan of logarithmic depth
};

/// What becomes of the states between stm_forward and stm_backward. Where these are given StmStates, what is
/// kept is left there by the forward pass; else the backward pass makes it first.
enum class StmMemory {
  kAuto,        ///< kRecompute where the states of a head fit the cache, else kCheckpoint in pieces that do
  kRecompute,   ///< nothing is kept; the backward pass makes all states of a part again
  kStore,       ///< all states (kRecurrent) or those between chunks. Fewest operations
  kCheckpoint,  ///< the frontier at some nodes (or the states between chunks); the states between two of them
                ///< are made again: memory for O(sqrt(E)) times the frontier
};

/// What runs side by side in the recurrent form of one part. The bits are the same.
enum class StmSchedule {
  kAuto,    ///< kLevels if levels are wide and there are more threads than heads, or than heads that
            ///< StmOptions::state_bytes allows at a time; else kHeads
  kHeads,   ///< heads; nodes one after the other
  kLevels,  ///< nodes of a level, and heads (as many as StmOptions::state_bytes allows)
};

struct StmOptions {
  StmForm form = StmForm::kAuto;
  StmMemory memory = StmMemory::kAuto;
  StmSchedule schedule = StmSchedule::kAuto;
  /// Bytes that the states and adjoints of a part (kRecurrent) should take at most, counted in float. Where all heads
  /// would take more, few or one of them run at a time, with the nodes of a level in parallel; where one head would
  /// take more, its states are cut into slices of key rows that run one after the other. No slice has less than four
  /// rows.
  std::size_t state_bytes = std::size_t{1} << 31;

  StmOptions() = default;
  StmOptions(StmForm form_, StmMemory memory_ = StmMemory::kAuto, StmSchedule schedule_ = StmSchedule::kAuto)
      : form(form_), memory(memory_), schedule(schedule_) {}
};

/// Widths of the operator: heads, key width, value width.
struct StmShape {
  std::ptrdiff_t heads = 1, key_width = 1, value_width = 1;
};

/// How one call is going to be computed: the form of every part, orders, chunks and where states lie. Made by
/// make_stm_plan; keep it to run the same graph many times. Positions count in node_order and edge_order; the
/// arrays are filled only where a form needs them.
struct StmPlan {
  struct Range {
    std::int32_t first = 0, last = 0;
    std::int32_t size() const { return last - first; }
  };
  struct Part {
    StmForm form = StmForm::kClosed;
    bool by_levels = false;     ///< kRecurrent: a level's nodes in parallel, else one stream per head
    std::int32_t states = 0;    ///< of a head: alive at once (kRecurrent), or on borders (chunks)
    std::int32_t slices = 1;    ///< kRecurrent: of the rows of a state, all of the same size
    std::int32_t group = 1;     ///< kRecurrent by levels: heads at a time
    std::size_t kept = 0;       ///< where the part has its states in StmStates, and
    std::size_t kept_size = 0;  ///< how many elements
    Range levels, segments;     ///< kRecurrent
    Range chunks, scan_levels;  ///< kChunkwise, kDoubling
  };
  /// Nodes between two checkpoints, and the edges whose states are alive when they begin.
  struct Segment {
    std::int32_t node_begin, node_end, edge_begin;
    Range live;
  };
  /// Some consecutive chunks of a scan level (one, on the lowest), and the edges that enter and leave them.
  struct Block {
    std::int32_t node_begin, node_end, edge_begin, edge_end;
    Range in, out;       ///< in border_edges
    Range children;      ///< blocks of the level below
    std::size_t factor;  ///< where its path sums from in to out begin
  };

  StmShape shape;
  StmOptions options;
  std::vector<StmGraph::Part> sizes;  ///< the parts of the graph that the plan was made for
  std::vector<Part> parts;
  std::vector<NodeId> node_order;
  std::vector<EdgeId> edge_order;
  std::vector<std::int32_t> node_position, edge_position;
  std::vector<std::int32_t> place;    ///< [E] where the state of an edge lies among those of its part
  std::vector<std::int32_t> in_rank;  ///< [E] index of an edge among those that enter its chunk
  std::vector<std::int32_t> level_ends;
  std::vector<Segment> segments;
  std::vector<EdgeId> live_edges;
  std::vector<Block> blocks;  ///< chunks, then the blocks of each scan level
  std::vector<Range> scan_levels;
  std::vector<EdgeId> border_edges;
  std::size_t num_factors = 0;            ///< path sums between borders, per head, of the largest part
  std::size_t kept_states = 0;            ///< elements of StmStates
  std::vector<std::int32_t> free_places;  ///< memory of make_stm_plan
  std::vector<EdgeId> alive_edges;        ///< likewise
};

/// Plans a call, reusing the memory of `plan`. O(parts) for closed parts, O(N + E) for others.
/// Bits of results do not depend on the plan's number of threads; only the form does change them.
void make_stm_plan(const StmGraph& graph, const StmShape& shape, const StmOptions& options, StmPlan& plan);

}  // namespace plstm
