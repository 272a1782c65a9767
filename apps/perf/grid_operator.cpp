// The operator on grids (pLSTM-2D): the parallel forms beside a plain recurrence, and the growth of their times.
#include <algorithm>
#include <string>
#include <vector>

#include <plstm/core/parallel.hpp>

#include "section.hpp"
#include "support/measure/grid_operands.hpp"

namespace plstm::perf {
namespace {

constexpr Index kGridHeads = 4;
constexpr Index kGridWidth = 32;
constexpr Index kSides[] = {32, 64, 128, 256};

double grid_seconds(const Context& context, bench::GridOperands& operands, GridForm form) {
  const auto passes = [&] {
    operands.forward(form);
    operands.backward(form);
  };
  passes();  // later calls allocate nothing
  return bench::best_seconds({context.by_scale(7, 3, 1)}, passes);
}

void compare_grids(const Context& context, Report& report, Index orientations) {
  const Index side = context.by_scale(64, 64, 6);
  bench::GridOperands operands({1, side, side, kGridHeads, kGridWidth, kGridWidth, {}, orientations});
  const double all = grid_seconds(context, operands, GridForm::kAuto);
  const ThreadLimit one(1);
  const double one_thread = grid_seconds(context, operands, GridForm::kAuto);
  const double recurrent = grid_seconds(context, operands, GridForm::kRecurrent);
  const std::string key = "grid_operator.o" + std::to_string(orientations) + "_";
  report.add(key + "ms", all * 1e3);
  report.add(key + "1_thread_ms", one_thread * 1e3);
  report.add(key + "recurrent_1_thread_ms", recurrent * 1e3);
  report.add(key + "speedup", recurrent / all);
  report.add(key + "speedup_1_thread", recurrent / one_thread);
}

void run_grid_operator(const Context& context, Report& report) {
  for (const Index orientations : {1, 4}) compare_grids(context, report, orientations);
  const ThreadLimit one(1);
  std::vector<double> nanoseconds;
  const std::size_t count = context.by_scale(4, 3, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const Index side = context.scale == Scale::kSmoke ? 4 : kSides[i];
    bench::GridOperands operands({1, side, side, 1, kGridWidth, kGridWidth, {}, 1});
    nanoseconds.push_back(grid_seconds(context, operands, GridForm::kSliced) * 1e9 /
                          static_cast<double>(side * side));
    report.add("grid_operator.ns_per_node." + std::to_string(kSides[i]), nanoseconds.back());
  }
  report.add("grid_operator.largest_over_smallest", nanoseconds.back() / nanoseconds.front());
}

}  // namespace

Section grid_operator_section() {
  Section section{"grid_operator",
                  "pLSTM-2D forward and backward, 64 x 64 nodes, H = 4, K = V = 32, and 32 x 32 to 256 x 256",
                  {},
                  false,
                  run_grid_operator};
  for (const char* orientations : {"1", "4"}) {
    const std::string key = std::string("grid_operator.o") + orientations + "_";
    const std::string what = std::string(", ") + orientations + " orientation(s)";
    section.keys.push_back({key + "ms", "ms", "form auto, all threads" + what});
    section.keys.push_back({key + "1_thread_ms", "ms", "form auto, one thread" + what});
    section.keys.push_back({key + "recurrent_1_thread_ms", "ms", "plain recurrence, one thread" + what});
    section.keys.push_back({key + "speedup", "1", "plain recurrence on one thread over auto on all" + what});
    section.keys.push_back({key + "speedup_1_thread", "1", "the same, auto on one thread" + what});
  }
  for (const Index side : kSides) {
    section.keys.push_back({"grid_operator.ns_per_node." + std::to_string(side), "ns",
                            "sliced form, H = 1, one thread, grid with this side"});
  }
  section.keys.push_back({"grid_operator.largest_over_smallest", "1", "of these times"});
  return section;
}

}  // namespace plstm::perf
