// The recurrence of the border states over chunks: one chunk after the other, or an associative scan whose
// depth is the logarithm of their number (docs/operator.md, section 5).
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/graphs/call.hpp"

namespace plstm {

namespace {

using Block = StmPlan::Block;
using Range = StmPlan::Range;

// Elements of a state that one task carries on.
constexpr std::size_t kSlice = 64;

// One direction of the scan: `from` edges bring something to a block, `to` edges take it on.
template <class T>
struct Scan {
  const StmCall<T>& call;
  ScanDirection direction;
  T* factors;
  T* states;
  std::size_t states_size;  ///< of a head

  bool forward() const { return direction == ScanDirection::kForward; }
  const Block& block(std::int32_t i) const { return call.plan.blocks[static_cast<std::size_t>(i)]; }
  Range from(const Block& b) const { return forward() ? b.in : b.out; }
  Range to(const Block& b) const { return forward() ? b.out : b.in; }
  const EdgeId* edges(Range range) const { return call.plan.border_edges.data() + range.first; }
  /// Path sum from edge j of from(b) to edge i of to(b).
  T& factor(const Block& b, std::size_t head, std::int32_t i, std::int32_t j) const {
    return factors[head * call.plan.num_factors + b.factor +
                   static_cast<std::size_t>(i) * static_cast<std::size_t>(to_stride(b)) +
                   static_cast<std::size_t>(j) * static_cast<std::size_t>(from_stride(b))];
  }
  // Path sums are stored [out, in].
  std::int32_t to_stride(const Block& b) const { return forward() ? b.in.size() : 1; }
  std::int32_t from_stride(const Block& b) const { return forward() ? 1 : b.in.size(); }
  /// The i-th of some blocks in the order of the direction.
  const Block& step(Range blocks, std::int32_t i) const {
    return block(forward() ? blocks.first + i : blocks.last - 1 - i);
  }
  /// Whether what a `from` edge brings comes from inside the block.
  bool comes_from_inside(const Block& b, EdgeId edge) const {
    const auto e = static_cast<std::size_t>(edge);
    const NodeId node = forward() ? call.graph.tail[e] : call.graph.head[e];
    const std::int32_t position = call.plan.node_position[static_cast<std::size_t>(node)];
    return position >= b.node_begin && position < b.node_end;
  }
  bool ends_inside(const Block& b, EdgeId edge) const {
    const auto e = static_cast<std::size_t>(edge);
    const NodeId node = forward() ? call.graph.head[e] : call.graph.tail[e];
    const std::int32_t position = call.plan.node_position[static_cast<std::size_t>(node)];
    return position >= b.node_begin && position < b.node_end;
  }
  BorderStep<T> border_step(std::size_t head, std::size_t begin) const {
    const std::size_t size = call.state_size();
    BorderStep<T> step{};
    step.place = call.plan.place.data();
    step.states = states + head * states_size;
    step.size = static_cast<std::ptrdiff_t>(size);
    step.begin = static_cast<std::ptrdiff_t>(begin);
    step.end = static_cast<std::ptrdiff_t>(std::min(begin + kSlice, size));
    return step;
  }
};

// Runs body(head, first element of a state) in parallel.
template <class T, class Body>
void for_slices(const Scan<T>& scan, const Body& body) {
  const std::size_t slices = (scan.call.state_size() + kSlice - 1) / kSlice;
  parallel_for(scan.call.heads * slices, 1, [&](std::size_t i) { body(i / slices, i % slices * kSlice); });
}

// All blocks one after the other; nothing comes from outside.
template <class T>
void run_in_order(const Scan<T>& scan, Range blocks) {
  for_slices(scan, [&](std::size_t head, std::size_t begin) {
    BorderStep<T> step = scan.border_step(head, begin);
    for (std::int32_t i = 0; i < blocks.size(); ++i) {
      const Block& b = scan.step(blocks, i);
      if (scan.from(b).size() == 0 || scan.to(b).size() == 0) continue;
      step.to = scan.edges(scan.to(b));
      step.from = scan.edges(scan.from(b));
      step.num_to = scan.to(b).size();
      step.num_from = scan.from(b).size();
      step.factor = &scan.factor(b, head, 0, 0);
      step.to_stride = scan.to_stride(b);
      step.from_stride = scan.from_stride(b);
      scan.call.k.border_step(step);
    }
  });
}

// One level of the scan, with the path sums from the edges that a block receives to all edges that its
// children send on.
template <class T>
class ScanLevel {
 public:
  ScanLevel(const Scan<T>& scan, Range level)
      : scan_(scan),
        level_(level),
        rows_loan_(scan.call.workspace.scratch.borrow()),
        row_loan_(scan.call.workspace.places.borrow()),
        rank_loan_(scan.call.workspace.places.borrow()),
        begin_loan_(scan.call.workspace.sizes.borrow()) {
    const auto edges = static_cast<std::size_t>(scan.call.graph.num_edges);
    row_ = row_loan_.reserve(edges);
    rank_ = rank_loan_.reserve(edges);
    begin_ = begin_loan_.reserve(static_cast<std::size_t>(level.size()) + 1);
    begin_[0] = 0;
    for (std::int32_t i = 0; i < level.size(); ++i) {
      const Block& b = scan.block(level.first + i);
      std::int32_t rows = 0;  // at most E
      for (std::int32_t c = 0; c < b.children.size(); ++c) {
        const Range to = scan.to(scan.step(b.children, c));
        for (std::int32_t j = 0; j < to.size(); ++j) row_[scan.edges(to)[j]] = rows++;
      }
      const Range from = scan.from(b);
      for (std::int32_t j = 0; j < from.size(); ++j) rank_[scan.edges(from)[j]] = j;
      begin_[i + 1] = begin_[i] + static_cast<std::size_t>(rows) * static_cast<std::size_t>(from.size());
    }
    rows_ = rows_loan_.reserve(begin_[level.size()] * scan.call.heads);
  }

  // Inside every block: carries the states on, and finds the path sums through it.
  void up() {
    parallel_for(static_cast<std::size_t>(level_.size()) * scan_.call.heads, 1, [&](std::size_t task) {
      const auto i = static_cast<std::int32_t>(task / scan_.call.heads);
      const std::size_t head = task % scan_.call.heads;
      carry_inside(scan_.block(level_.first + i), head);
      path_sums(i, head);
    });
  }

  // Adds what every block receives to the states inside it; those that leave it have it already.
  void down() {
    parallel_for(static_cast<std::size_t>(level_.size()) * scan_.call.heads, 1, [&](std::size_t task) {
      const auto i = static_cast<std::int32_t>(task / scan_.call.heads);
      const std::size_t head = task % scan_.call.heads;
      const Block& b = scan_.block(level_.first + i);
      const Range from = scan_.from(b);
      if (from.size() == 0) return;
      for_each_row(b, [&](const Block&, std::int32_t, EdgeId edge) {
        if (!scan_.ends_inside(b, edge)) return;
        add_from(head, edge, from, row(i, head, edge));
      });
    });
  }

 private:
  template <class Body>
  void for_each_row(const Block& b, const Body& body) const {
    for (std::int32_t c = 0; c < b.children.size(); ++c) {
      const Block& child = scan_.step(b.children, c);
      const Range to = scan_.to(child);
      for (std::int32_t j = 0; j < to.size(); ++j) body(child, j, scan_.edges(to)[j]);
    }
  }
  T* row(std::int32_t i, std::size_t head, EdgeId edge) const {
    const Range from = scan_.from(scan_.block(level_.first + i));
    return rows_ + head * begin_[level_.size()] + begin_[i] +
           static_cast<std::size_t>(row_[edge]) * static_cast<std::size_t>(from.size());
  }
  // The whole state of one edge += sum over some edges of factor * state.
  void add_from(std::size_t head, EdgeId to, Range from, const T* factors) const {
    BorderStep<T> step = scan_.border_step(head, 0);
    step.end = step.size;
    step.to = &to;
    step.num_to = 1;
    step.from = scan_.edges(from);
    step.num_from = from.size();
    step.factor = factors;
    step.from_stride = 1;
    scan_.call.k.border_step(step);
  }
  void carry_inside(const Block& b, std::size_t head) const {
    for_each_row(b, [&](const Block& child, std::int32_t i, EdgeId edge) {
      const Range from = scan_.from(child);
      for (std::int32_t j = 0; j < from.size(); ++j) {
        if (!scan_.comes_from_inside(b, scan_.edges(from)[j])) continue;
        const T factor = scan_.factor(child, head, i, j);
        add_from(head, edge, {from.first + j, from.first + j + 1}, &factor);
      }
    });
  }
  void path_sums(std::int32_t i, std::size_t head) const {
    const Block& b = scan_.block(level_.first + i);
    const std::int32_t columns = scan_.from(b).size();
    if (columns == 0) return;
    for_each_row(b, [&](const Block& child, std::int32_t r, EdgeId edge) {
      T* sums = row(i, head, edge);
      std::fill_n(sums, columns, T(0));
      const Range from = scan_.from(child);
      for (std::int32_t j = 0; j < from.size(); ++j) {
        const EdgeId other = scan_.edges(from)[j];
        const T factor = scan_.factor(child, head, r, j);
        if (!scan_.comes_from_inside(b, other)) {
          sums[rank_[other]] += factor;
          continue;
        }
        const T* more = row(i, head, other);
        for (std::int32_t c = 0; c < columns; ++c) sums[c] += factor * more[c];
      }
    });
    const Range to = scan_.to(b);
    for (std::int32_t r = 0; r < to.size(); ++r) {
      const T* sums = row(i, head, scan_.edges(to)[r]);
      for (std::int32_t c = 0; c < columns; ++c) scan_.factor(b, head, r, c) = sums[c];
    }
  }

  const Scan<T>& scan_;
  Range level_;
  typename ScratchPool<T>::Loan rows_loan_;
  ScratchPool<std::int32_t>::Loan row_loan_, rank_loan_;
  ScratchPool<std::size_t>::Loan begin_loan_;
  T* rows_;
  std::int32_t* row_;   // of an edge that a child sends on, in its block's matrix
  std::int32_t* rank_;  // of an edge that a block receives
  std::size_t* begin_;  // of each block's matrix
};

template <class T>
void run_levels(const Scan<T>& scan, std::int32_t level, std::int32_t last, Range top) {
  if (level == last) return run_in_order(scan, top);
  const Range blocks = scan.call.plan.scan_levels[static_cast<std::size_t>(level)];
  ScanLevel<T> here(scan, blocks);
  here.up();
  run_levels(scan, level + 1, last, blocks);
  here.down();
}

}  // namespace

template <class T>
void scan_borders(const StmCall<T>& call, std::int32_t part, ScanDirection direction, T* factors, T* states) {
  const StmPlan::Part& planned = call.planned(part);
  const Scan<T> scan{call, direction, factors, states,
                     static_cast<std::size_t>(planned.states) * call.state_size()};
  run_levels(scan, planned.scan_levels.first, planned.scan_levels.last, planned.chunks);
}

template void scan_borders<float>(const StmCall<float>&, std::int32_t, ScanDirection, float*, float*);
template void scan_borders<double>(const StmCall<double>&, std::int32_t, ScanDirection, double*, double*);

}  // namespace plstm
