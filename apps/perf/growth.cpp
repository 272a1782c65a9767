// Time per line edge on grids from a thousand to ten million line edges.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/parallel.hpp>

#include "operator_case.hpp"
#include "section.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

// Two shapes that grow. A band sixteen nodes wide gets longer, and its states stay in the nearest cache. A square
// gets longer and wider.
struct Shape {
  const char* name;
  NodeId (*width)(double line_edges);
};
constexpr NodeId kBand = 16;
constexpr std::array<Shape, 2> kShapes{
    {{"band", [](double) { return kBand; }},
     {"square",
      [](double line_edges) { return static_cast<NodeId>(std::lround(std::sqrt(line_edges / 4) + 1)); }}}};
constexpr std::array<const char*, 5> kSizes{"1e3", "1e4", "1e5", "1e6", "1e7"};
constexpr std::array<const char*, 2> kPasses{"forward", "backward"};

std::string growth_key(const Shape& shape, const char* pass, const std::string& figure) {
  return std::string("growth.") + shape.name + "_" + pass + "_" + figure;
}

// A grid of this width with about so many line edges. It has 4 (w - 1)(h - 1) - 2 of them.
OperatorCase grid_of(const Shape& shape, double line_edges) {
  const NodeId width = shape.width(line_edges);
  const auto per_row = 4.0 * width - 4;
  const auto height = static_cast<NodeId>(std::lround(line_edges / per_row + 1));
  return OperatorCase(bench::grid(width, height), {1, 16, 16});
}

void run_growth(const Context& context, Report& report) {
  const ThreadLimit one(1);
  const Repeats repeats{context.by_scale(3, 2, 1), context.by_scale(0.5, 0.2, 0.0)};
  for (const Shape& shape : kShapes) {
    std::array<std::vector<double>, kPasses.size()> nanoseconds;
    double line_edges = 1e3;
    for (const char* size : std::span(kSizes).first(context.by_scale<std::size_t>(5, 4, 2))) {
      OperatorCase grid = grid_of(shape, line_edges);
      line_edges *= 10;
      for (std::size_t pass = 0; pass < kPasses.size(); ++pass) {
        const auto run_pass = [&] {
          pass == 0 ? grid.operands().forward(StmForm::kRecurrent)
                    : grid.operands().backward(StmForm::kRecurrent);
        };
        if (pass == 1) grid.operands().forward_to_train(StmForm::kRecurrent);
        run_pass();  // later calls allocate nothing
        nanoseconds[pass].push_back(bench::best_seconds(repeats, run_pass) * 1e9 /
                                    grid.graph().num_line_edges);
        report.add(growth_key(shape, kPasses[pass], "ns." + std::string(size)), nanoseconds[pass].back());
      }
    }
    for (std::size_t pass = 0; pass < kPasses.size(); ++pass) {
      const auto [fastest, slowest] = std::ranges::minmax(nanoseconds[pass]);
      report.add(growth_key(shape, kPasses[pass], "largest_over_smallest"),
                 nanoseconds[pass].back() / nanoseconds[pass].front());
      report.add(growth_key(shape, kPasses[pass], "slowest_over_fastest"), slowest / fastest);
    }
  }
}

}  // namespace

Section growth_section() {
  Section section{
      "growth",
      "the operator's time per line edge on grids of 10^3 to 10^7 line edges (quick: to 10^6), a band "
      "16 nodes wide and a square, H = 1, K = V = 16, recurrent form, one thread",
      {},
      false,
      run_growth};
  for (const Shape& shape : kShapes) {
    for (const char* pass : kPasses) {
      for (const char* size : kSizes) {
        section.keys.push_back({growth_key(shape, pass, "ns." + std::string(size)), "ns",
                                "per line edge, on a grid of about this many; --quick leaves out 1e7"});
      }
      section.keys.push_back({growth_key(shape, pass, "largest_over_smallest"), "1",
                              "time per line edge, largest over smallest grid"});
      section.keys.push_back(
          {growth_key(shape, pass, "slowest_over_fastest"), "1", "per line edge, over all grids"});
    }
  }
  return section;
}

}  // namespace plstm::perf
