// Forward pass on a grid of a million nodes, compared with the machine's peaks of copies and products.
#include <algorithm>
#include <optional>

#include "memory.hpp"
#include "operator_case.hpp"
#include "section.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

void run_large_grid(const Context& context, Report& report) {
  const NodeId side = context.by_scale(1024, 512, 16);
  OperatorCase grid(bench::grid(side, side), {4, 16, 16});
  const auto forward = [&] { grid.operands().forward(StmForm::kAuto); };
  const double planning = grid.operands().plan(StmForm::kAuto);
  const MemoryGrowth growth;
  forward();
  const std::optional<double> grown = growth.bytes();
  const double seconds = bench::best_seconds({context.by_scale(4, 2, 1)}, forward);
  const auto bytes = static_cast<double>(grid.operands().forward_bytes());
  const double copy_share = bytes / seconds / context.peaks.copy;
  const double product_share = grid.forward_multiply_adds() / seconds / context.peaks.product;
  report.add("large_grid.side", side);
  report.add("large_grid.line_edges", grid.graph().num_line_edges);
  report.add("large_grid.planning_ms", planning * 1e3);
  report.add("large_grid.forward_ms", seconds * 1e3);
  report.add("large_grid.inputs_outputs_mib", bytes / kMebibyte);
  report.add("large_grid.bytes_per_s", bytes / seconds);
  report.add("large_grid.copy_share", copy_share);
  report.add("large_grid.multiply_adds_per_s", grid.forward_multiply_adds() / seconds);
  report.add("large_grid.product_share", product_share);
  report.add("large_grid.bound_share", std::max(copy_share, product_share));
  if (!grown.has_value()) {
    report.note("nothing about memory: this system does not say how much a process used at most");
    return;
  }
  report.add("large_grid.memory_growth_mib", *grown / kMebibyte);
  report.add("large_grid.memory_growth_share", *grown / bytes);
  report.add("large_grid.memory_growth_frontiers", *grown / grid.frontier_bytes());
}

}  // namespace

Section large_grid_section() {
  return {
      "large_grid",
      "the operator forward on a grid of 1024 x 1024 nodes (quick: 512 x 512), H = 4, K = V = 16",
      {{"large_grid.side", "nodes", "of the grid"},
       {"large_grid.line_edges", "line edges", "of the grid"},
       {"large_grid.planning_ms", "ms", "make_stm_plan, once"},
       {"large_grid.forward_ms", "ms", "one pass, all threads"},
       {"large_grid.inputs_outputs_mib", "MiB", "of all inputs and the output"},
       {"large_grid.bytes_per_s", "bytes/s", "these bytes over the time of a pass"},
       {"large_grid.copy_share", "1", "the same over machine.copy_peak"},
       {"large_grid.multiply_adds_per_s", "multiply-adds/s", "those of the recurrent form"},
       {"large_grid.product_share", "1", "the same over machine.product_peak"},
       {"large_grid.bound_share", "1", "the larger of the two shares"},
       {"large_grid.memory_growth_mib", "MiB", "resident memory that the first pass adds at most; Linux"},
       {"large_grid.memory_growth_share", "1", "the same over inputs and output; Linux"},
       {"large_grid.memory_growth_frontiers", "1", "the same over the states of the widest level; Linux"}},
      false,
      run_large_grid};
}

}  // namespace plstm::perf
