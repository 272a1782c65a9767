// Time per line edge on grids from a thousand to ten million line edges.
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/parallel.hpp>

#include "operator_case.hpp"
#include "section.hpp"
#include "support/shapes.hpp"

namespace plstm::perf {
namespace {

struct GridSize {
  const char* name;
  NodeId side;  // 4 (side - 1)^2 - 2 line edges
};
constexpr std::array<GridSize, 5> kSizes{
    {{"1e3", 17}, {"1e4", 51}, {"1e5", 159}, {"1e6", 501}, {"1e7", 1582}}};

// Largest over smallest input, and slowest over fastest.
void add_ratios(Report& report, const std::string& pass, const std::vector<double>& nanoseconds) {
  const auto [fastest, slowest] = std::ranges::minmax(nanoseconds);
  report.add("growth." + pass + "_largest_over_smallest", nanoseconds.back() / nanoseconds.front());
  report.add("growth." + pass + "_slowest_over_fastest", slowest / fastest);
}

void run(const Context& context, Report& report) {
  const ThreadLimit one(1);
  const Repeats repeats{context.by_scale(3, 2, 1), context.by_scale(0.5, 0.2, 0.0)};
  std::vector<double> forward, backward;
  for (const GridSize& size : std::span(kSizes).first(context.by_scale<std::size_t>(5, 4, 2))) {
    OperatorCase grid(bench::grid(size.side), {1, 16, 16});
    const double per_line_edge = 1e9 / grid.graph().num_line_edges;
    const auto measure = [&](const auto& pass) {
      pass();  // memory is there from now on
      return bench::best_seconds(repeats, pass) * per_line_edge;
    };
    forward.push_back(measure([&] { grid.operands().forward(StmForm::kAuto); }));
    backward.push_back(measure([&] { grid.operands().backward(StmForm::kAuto); }));
    report.add(std::string("growth.forward_ns.") + size.name, forward.back());
    report.add(std::string("growth.backward_ns.") + size.name, backward.back());
  }
  add_ratios(report, "forward", forward);
  add_ratios(report, "backward", backward);
}

}  // namespace

Section growth_section() {
  Section section{
      "growth",
      "the operator's time per line edge on grids of 10^3 to 10^7 line edges (quick: to 10^6), H = 1, "
      "K = V = 16, one thread",
      {},
      false,
      run};
  for (const std::string pass : {"forward", "backward"}) {
    for (const GridSize& size : kSizes) {
      section.keys.push_back({"growth." + pass + "_ns." + size.name, "ns",
                              pass + " per line edge, at about so many; quick leaves out 1e7"});
    }
    section.keys.push_back(
        {"growth." + pass + "_largest_over_smallest", "1", "per line edge, largest over smallest grid"});
    section.keys.push_back(
        {"growth." + pass + "_slowest_over_fastest", "1", "per line edge, over all grids"});
  }
  return section;
}

}  // namespace plstm::perf
