// The operator on one long sequence: chunks on all threads, compared with the plain recurrence on one thread.
#include <algorithm>
#include <array>
#include <string>

#include <plstm/core/parallel.hpp>

#include "operator_case.hpp"
#include "section.hpp"
#include "support/measure/sequence_operands.hpp"
#include "support/measure/shapes.hpp"

namespace plstm::perf {
namespace {

constexpr Index kWidth = 64;
constexpr std::array<Index, 2> kHeads{4, 1};
constexpr std::array<const char*, 7> kLengths{"1k", "2k", "4k", "8k", "16k", "32k", "64k"};

std::string sequence_key(Index heads, const std::string& figure) {
  return "sequence.heads_" + std::to_string(heads) + "." + figure;
}

double training_seconds(bench::SequenceOperands& operands, const SequenceOptions& options, Repeats repeats) {
  operands.train(options);  // later calls allocate nothing
  return bench::best_seconds(repeats, [&] { operands.train(options); });
}

void compare_sequences(const Context& context, Index heads, Repeats repeats, Report& report) {
  const Index length = context.by_scale(4096, 4096, 96);
  bench::SequenceOperands operands({1, length, heads, kWidth, kWidth, {}});
  const double chunkwise = training_seconds(operands, {SequenceForm::kChunkwise}, repeats);
  const ThreadLimit one(1);
  const double chunkwise_one = training_seconds(operands, {SequenceForm::kChunkwise}, repeats);
  const double recurrent = training_seconds(operands, {SequenceForm::kRecurrent}, repeats);
  OperatorCase chain(bench::chain(static_cast<NodeId>(length)), {heads, kWidth, kWidth});
  const auto on_chain = [&] {
    chain.operands().forward_to_train(StmForm::kRecurrent);
    chain.operands().backward(StmForm::kRecurrent);
  };
  on_chain();
  const double graph = bench::best_seconds(repeats, on_chain);
  report.add(sequence_key(heads, "chunkwise_ms"), chunkwise * 1e3);
  report.add(sequence_key(heads, "chunkwise_1_thread_ms"), chunkwise_one * 1e3);
  report.add(sequence_key(heads, "recurrent_1_thread_ms"), recurrent * 1e3);
  report.add(sequence_key(heads, "graph_recurrent_1_thread_ms"), graph * 1e3);
  report.add(sequence_key(heads, "speedup"), recurrent / chunkwise);
  report.add(sequence_key(heads, "speedup_over_graph"), graph / chunkwise);
}

void run_sequence(const Context& context, Report& report) {
  const Repeats repeats{context.by_scale(8, 4, 1), context.by_scale(2.0, 0.5, 0.0)};
  for (const Index heads : kHeads) compare_sequences(context, heads, repeats, report);
  const auto count = context.by_scale<std::size_t>(kLengths.size(), 5, 2);
  double fastest = 0, slowest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Index length = Index{1024} << i;
    bench::SequenceOperands operands({1, length, 1, kWidth, kWidth, {}});
    const double ns = training_seconds(operands, {SequenceForm::kChunkwise, 6},
                                       {context.by_scale(3, 2, 1), context.by_scale(0.5, 0.2, 0.0)}) *
                      1e9 / static_cast<double>(length);
    report.add(std::string("sequence.position_ns.") + kLengths[i], ns);
    fastest = i == 0 ? ns : std::min(fastest, ns);
    slowest = std::max(slowest, ns);
  }
  report.add("sequence.position_slowest_over_fastest", slowest / fastest);
}

}  // namespace

Section sequence_section() {
  Section section{"sequence",
                  "the operator forward and backward on one sequence of 4,096 steps, K = V = 64",
                  {},
                  false,
                  run_sequence};
  for (const Index heads : kHeads) {
    section.keys.insert(
        section.keys.end(),
        {{sequence_key(heads, "chunkwise_ms"), "ms", "form chunkwise, all threads"},
         {sequence_key(heads, "chunkwise_1_thread_ms"), "ms", "form chunkwise, one thread"},
         {sequence_key(heads, "recurrent_1_thread_ms"), "ms", "form recurrent (plain loops), one thread"},
         {sequence_key(heads, "graph_recurrent_1_thread_ms"), "ms",
          "the graph operator's recurrent form on a chain, one thread"},
         {sequence_key(heads, "speedup"), "1", "recurrent on one thread over chunkwise on all"},
         {sequence_key(heads, "speedup_over_graph"), "1",
          "the graph operator on one thread over chunkwise on all threads"}});
  }
  for (const char* length : kLengths) {
    section.keys.push_back({std::string("sequence.position_ns.") + length, "ns",
                            "per step, one head, chunks of 64, all threads; --quick leaves out 32k and 64k"});
  }
  section.keys.push_back({"sequence.position_slowest_over_fastest", "1", "per step, over all lengths"});
  return section;
}

}  // namespace plstm::perf
