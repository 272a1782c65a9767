// Forward and backward pass on one long chain, where levels give no parallel work.
#include <plstm/core/parallel.hpp>

#include "operator_case.hpp"
#include "section.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

void run_chain(const Context& context, Report& report) {
  const NodeId nodes = context.by_scale(1 << 20, 1 << 17, 1 << 8);
  OperatorCase chain(bench::chain(nodes), {4, 16, 16});
  const auto seconds = [&](StmForm form) {
    const auto passes = [&] {
      chain.operands().forward_to_train(form);
      chain.operands().backward(form);
    };
    passes();  // later calls allocate nothing
    return bench::best_seconds({context.by_scale(3, 2, 1)}, passes);
  };
  const double all = seconds(StmForm::kAuto);
  const ThreadLimit one(1);
  const double single = seconds(StmForm::kRecurrent);
  report.add("chain.nodes", nodes);
  report.add("chain.ms", all * 1e3);
  report.add("chain.recurrent_1_thread_ms", single * 1e3);
  report.add("chain.speedup", single / all);
}

}  // namespace

Section chain_section() {
  return {
      "chain",
      "the operator forward and backward on a chain of 1,048,576 nodes (quick: 131,072), H = 4, K = V = 16",
      {{"chain.nodes", "nodes", "of the chain"},
       {"chain.ms", "ms", "forward and backward, form auto, all threads"},
       {"chain.recurrent_1_thread_ms", "ms", "forward and backward, form recurrent, one thread"},
       {"chain.speedup", "1", "ratio of the two"}},
      false,
      run_chain};
}

}  // namespace plstm::perf
