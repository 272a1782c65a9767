// A grid of 32 x 32 nodes with the widths of the paper's model, in every form.
#include <string>

#include "operator_case.hpp"
#include "section.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

// Times of the paper's code on two cores, for the same grid, heads and widths.
constexpr double kPublishedForward = 160e-3;    // seconds
constexpr double kPublishedBackward = 1083e-3;  // seconds

void run_grid(const Context& context, Report& report) {
  const NodeId side = context.by_scale(32, 32, 5);
  OperatorCase grid(bench::grid(side, side), {4, 24, 24});
  const Repeats repeats{context.by_scale(20, 10, 1), context.by_scale(1.0, 0.3, 0.0)};
  double forward_auto = 0, backward_auto = 0;
  for (const bench::NamedForm& f : bench::kForms) {
    const double forward = bench::best_seconds(repeats, [&] { grid.operands().forward(f.form); });
    grid.operands().forward_to_train(f.form);
    const double backward = bench::best_seconds(repeats, [&] { grid.operands().backward(f.form); });
    report.add(std::string("grid.forward_ms.") + f.name, forward * 1e3);
    report.add(std::string("grid.backward_ms.") + f.name, backward * 1e3);
    if (f.form == StmForm::kAuto) {
      forward_auto = forward;
      backward_auto = backward;
    }
  }
  report.add("grid.forward_times_published_code", kPublishedForward / forward_auto);
  report.add("grid.backward_times_published_code", kPublishedBackward / backward_auto);
}

}  // namespace

Section grid_section() {
  Section section{"grid", "the operator on a grid of 32 x 32 nodes, H = 4, K = V = 24", {}, false, run_grid};
  for (const bench::NamedForm& f : bench::kForms) {
    section.keys.push_back({std::string("grid.forward_ms.") + f.name, "ms", "forward, form as named"});
    section.keys.push_back({std::string("grid.backward_ms.") + f.name, "ms", "backward, form as named"});
  }
  section.keys.push_back({"grid.forward_times_published_code", "1", "160 ms over grid.forward_ms.auto"});
  section.keys.push_back({"grid.backward_times_published_code", "1", "1,083 ms over grid.backward_ms.auto"});
  return section;
}

}  // namespace plstm::perf
