#include "plstm/graph/multitree.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <plstm/graph/level_schedule.hpp>

namespace plstm {
namespace {

// Edges with a common tail have the same predecessors in a line graph, pruned or not. They make up one
// junction (the tail), named here by its first edge, and keep the same predecessors; a source of the DAG is
// no junction. Write A(j) for the junctions from which kept edges lead to j, with j itself. Then f, from
// junction i to j, is kept unless A(i) meets A(i') of an f' already kept at j: f itself cannot be an ancestor
// of f', as both enter j.
//
// Two such sets meet just when they share a *root*, a junction whose kept predecessors come from none or from
// two or more other junctions; because every other junction has the ancestors of the one before it and
// nothing else. So sets of roots are compared, and a chain or a tree of any size has one root per chain.
// A root with two or more predecessors stores the roots of these as its children. The children below a root
// form a tree (a kept path is the only one between its ends), so a walk meets each root once.
class MultitreePruning {
 public:
  explicit MultitreePruning(const LineGraph& line_graph)
      : graph_(line_graph),
        kept_(static_cast<std::size_t>(line_graph.num_nodes()), 0),
        root_(kept_.size(), kNone),
        children_(kept_.size()),
        component_(kept_.size()),
        candidates_in_component_(kept_.size(), 0),
        marked_by_(kept_.size(), kNone) {
    std::iota(component_.begin(), component_.end(), EdgeId{0});
    decide();
  }

  // Whether the edge keeps its successors: all of them, or none.
  bool kept(EdgeId edge) const { return kept_[at(edge)] != 0; }

 private:
  static constexpr EdgeId kNone = -1;
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  static std::size_t at(EdgeId edge) { return static_cast<std::size_t>(edge); }

  // Junction from which the edge starts, kNone for an edge out of a source.
  EdgeId junction_of(EdgeId edge) const {
    const std::span<const LineEdgeId> in = graph_.in_edges(edge);
    return in.empty() ? kNone : graph_.to(graph_.out_edges(graph_.from(in.front())).front());
  }

  EdgeId find_component(EdgeId root) {
    while (component_[at(root)] != root) {
      component_[at(root)] = component_[at(component_[at(root)])];
      root = component_[at(root)];
    }
    return root;
  }

  void decide() {
    const LevelSchedule schedule = make_level_schedule(graph_);
    std::vector<EdgeId> position(kept_.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      position[at(schedule.order()[i])] = static_cast<EdgeId>(i);
    }
    std::vector<EdgeId> predecessors;
    for (const EdgeId edge : schedule.order()) {
      if (junction_of(edge) != edge) continue;
      predecessors.clear();
      for (const LineEdgeId line_edge : graph_.in_edges(edge)) {
        predecessors.push_back(graph_.from(line_edge));
      }
      std::ranges::sort(predecessors, {}, [&](EdgeId f) { return position[at(f)]; });
      decide_at(edge, predecessors);
    }
  }

  void decide_at(EdgeId junction, const std::vector<EdgeId>& predecessors) {
    candidates_.clear();
    for (const EdgeId edge : predecessors) {
      const EdgeId from = junction_of(edge);
      if (from == kNone) {
        kept_[at(edge)] = 1;  // nothing reaches it
      } else {
        candidates_.push_back({edge, root_[at(from)]});
      }
    }
    if (candidates_.size() > 1) keep_disjoint(junction);
    for (const Candidate& candidate : candidates_) kept_[at(candidate.edge)] = 1;

    if (candidates_.size() == 1) {
      root_[at(junction)] = candidates_.front().root;
      return;
    }
    root_[at(junction)] = junction;
    children_[at(junction)].begin = child_list_.size();
    for (const Candidate& candidate : candidates_) {
      child_list_.push_back(candidate.root);
      component_[at(find_component(candidate.root))] = junction;
    }
    children_[at(junction)].end = child_list_.size();
  }

  // Takes out the candidates whose roots meet those of an earlier one. Roots that kept edges do not connect,
  // in whatever direction, have no common root below them: only candidates of one component are compared.
  void keep_disjoint(EdgeId junction) {
    for (Candidate& candidate : candidates_) {
      candidate.component = find_component(candidate.root);
      candidates_in_component_[at(candidate.component)] = 0;
    }
    for (const Candidate& candidate : candidates_) ++candidates_in_component_[at(candidate.component)];
    std::erase_if(candidates_, [&](const Candidate& candidate) {
      return candidates_in_component_[at(candidate.component)] > 1 && !mark_if_new(candidate.root, junction);
    });
  }

  // Marks a root and all roots below it for the junction, unless one of them is marked already.
  bool mark_if_new(EdgeId root, EdgeId junction) {
    if (marked_by_[at(root)] == junction) return false;
    walk_.assign(1, root);
    for (std::size_t i = 0; i < walk_.size(); ++i) {
      const Range range = children_[at(walk_[i])];
      for (std::size_t c = range.begin; c != range.end; ++c) {
        if (marked_by_[at(child_list_[c])] == junction) return false;
        walk_.push_back(child_list_[c]);
      }
    }
    for (const EdgeId met : walk_) marked_by_[at(met)] = junction;
    return true;
  }

  struct Candidate {
    EdgeId edge;
    EdgeId root;
    EdgeId component = kNone;
  };

  const LineGraph& graph_;
  std::vector<std::uint8_t> kept_;               // by edge
  std::vector<EdgeId> root_;                     // by junction
  std::vector<Range> children_;                  // by root, in child_list_
  std::vector<EdgeId> child_list_;               // roots
  std::vector<EdgeId> component_;                // by root: parent in a disjoint-set forest
  std::vector<EdgeId> candidates_in_component_;  // by component, of the junction at hand
  std::vector<EdgeId> marked_by_;                // by root: the last junction that reached it
  std::vector<Candidate> candidates_;
  std::vector<EdgeId> walk_;
};

}  // namespace

LineGraph prune_to_multitree(const LineGraph& line_graph) {
  const MultitreePruning pruning(line_graph);
  std::vector<Arc> survivors;
  survivors.reserve(static_cast<std::size_t>(line_graph.num_edges()));
  std::ranges::copy_if(line_graph.edges(), std::back_inserter(survivors),
                       [&](const Arc& line_edge) { return pruning.kept(line_edge.tail); });
  survivors.shrink_to_fit();
  return LineGraph(Adjacency(line_graph.num_nodes(), std::move(survivors)));
}

}  // namespace plstm
