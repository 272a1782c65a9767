#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/stm/graphs/operator.hpp>

#include "support/golden.hpp"
#include "support/operator_data.hpp"
#include "support/random_graph.hpp"
#include "support/run_operator.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

constexpr StmForm kForms[] = {StmForm::kAuto, StmForm::kRecurrent, StmForm::kClosed, StmForm::kChunkwise,
                              StmForm::kDoubling};

TEST(GoldenOperator, MatchesEveryCaseInEveryForm) {
  const nlohmann::json golden = read_golden("stm_op.json");
  for (const auto& [name, c] : golden.at("cases").items()) {
    const Dag dag(c.at("num_nodes").get<NodeId>(), golden_arcs(c.at("dag_edges")));
    const LineGraph full = make_line_graph(dag);
    const LineGraph line = c.at("mode") == "D" ? prune_to_multitree(full) : full;
    ASSERT_THAT(line.edges(), ::testing::ElementsAreArray(golden_arcs(c.at("line_edges")))) << name;
    const StmGraph graph = make_stm_graph(dag, line);
    const OperatorData data{c.at("heads").get<std::size_t>(),
                            c.at("key_dim").get<std::size_t>(),
                            c.at("value_dim").get<std::size_t>(),
                            golden_data(c.at("query")),
                            golden_data(c.at("key")),
                            golden_data(c.at("value")),
                            golden_data(c.at("source")),
                            golden_data(c.at("transition")),
                            golden_data(c.at("mark")),
                            golden_data(c.at("direct"))};
    for (const StmForm form : kForms) {
      const OperatorResult r = run_operator<double>(graph, data, golden_data(c.at("output_gradient")), form);
      const std::string label = name + " form " + std::to_string(static_cast<int>(form)) + " ";
      EXPECT_TRUE(matches_golden(label + "output", r.output, c.at("output")));
      EXPECT_TRUE(matches_golden(label + "grad_query", r.gradients.query, c.at("grad_query")));
      EXPECT_TRUE(matches_golden(label + "grad_key", r.gradients.key, c.at("grad_key")));
      EXPECT_TRUE(matches_golden(label + "grad_value", r.gradients.value, c.at("grad_value")));
      EXPECT_TRUE(matches_golden(label + "grad_source", r.gradients.source, c.at("grad_source")));
      EXPECT_TRUE(matches_golden(label + "grad_transition", r.gradients.transition, c.at("grad_transition")));
      EXPECT_TRUE(matches_golden(label + "grad_mark", r.gradients.mark, c.at("grad_mark")));
      EXPECT_TRUE(matches_golden(label + "grad_direct", r.gradients.direct, c.at("grad_direct")));
    }
  }
}

// Every width that has a kernel of its own, and two that have none.
TEST(Operator, AgreesWithTheReferenceForEveryWidth) {
  Random random(kSeed);
  const Dag dag = random_dag(12, 0.3, random);
  const LineGraph line = make_line_graph(dag);
  const StmGraph graph = make_stm_graph(dag, line);
  for (const auto& [key, value] : std::vector<std::pair<std::size_t, std::size_t>>{
           {8, 8}, {16, 16}, {24, 24}, {32, 32}, {48, 48}, {64, 64}, {1, 1}, {5, 33}, {40, 3}}) {
    const OperatorData data = random_operator_data(graph, 2, key, value, random);
    const std::vector<double> dy = random_normal<double>(2 * 12 * value, random);
    const OperatorResult expected = reference_operator(dag, line, data, dy);
    for (const StmForm form : kForms) {
      SCOPED_TRACE(testing::Message() << "K " << key << " V " << value << " form " << static_cast<int>(form));
      expect_close(run_operator<double>(graph, data, dy, form), expected, 1e-11);
      expect_close(run_operator<float>(graph, data, dy, form), expected, 2e-4);
    }
  }
}

TEST(Operator, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  StmGraph batch;
  const Dag wide = grid(120, 120);
  batch.append(make_stm_graph(wide, make_line_graph(wide)));
  const Dag thin = chain(20000);
  batch.append(make_stm_graph(thin, make_line_graph(thin)));
  for (int i = 0; i < 40; ++i) {
    const Dag dag = random_dag(10 + i, 0.2, random);
    batch.append(make_stm_graph(dag, make_line_graph(dag)));
  }
  const OperatorData data = random_operator_data(batch, 3, 16, 16, random, 0.5);
  const std::vector<double> dy = random_normal<double>(data.value.size(), random);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_operator<float>(batch, data, dy, StmForm::kAuto);
  };
  const OperatorResult one = run(1);
  for (const int threads : {2, 4}) EXPECT_TRUE(equal(run(threads), one)) << threads << " threads";
}

TEST(Operator, GivesTheSameBitsLevelByLevel) {
  Random random(kSeed);
  const Dag dag = grid(150, 90);
  const StmGraph graph = make_stm_graph(dag, prune_to_multitree(make_line_graph(dag)));
  const OperatorData data = random_operator_data(graph, 2, 24, 24, random, 0.5);
  const std::vector<double> dy = random_normal<double>(data.value.size(), random);
  for (const StmMemory memory : {StmMemory::kRecompute, StmMemory::kStore, StmMemory::kCheckpoint}) {
    const auto run = [&](StmSchedule schedule, int threads) {
      const ThreadLimit limit(threads);
      return run_operator<float>(graph, data, dy, {StmForm::kRecurrent, memory, schedule});
    };
    const OperatorResult heads = run(StmSchedule::kHeads, 1);
    EXPECT_TRUE(equal(run(StmSchedule::kLevels, 2), heads)) << static_cast<int>(memory);
    EXPECT_TRUE(equal(run(StmSchedule::kAuto, 4), heads)) << static_cast<int>(memory);
  }
}

// States that would take too much memory are made slice by slice, and few heads at a time.
TEST(Operator, LittleMemoryForStatesChangesNothing) {
  Random random(kSeed);
  const Dag dag = random_dag(60, 0.2, random);
  const LineGraph line = make_line_graph(dag);
  const StmGraph graph = make_stm_graph(dag, line);
  for (const std::size_t key : {std::size_t{8}, std::size_t{16}, std::size_t{24}, std::size_t{7}}) {
    const OperatorData data = random_operator_data(graph, 3, key, 24, random, 0.7);
    const std::vector<double> dy = random_normal<double>(data.value.size(), random);
    const OperatorResult expected = reference_operator(dag, line, data, dy);
    for (const StmMemory memory : {StmMemory::kAuto, StmMemory::kStore, StmMemory::kCheckpoint}) {
      for (const std::size_t bytes : {std::size_t{1}, graph.tail.size() * key * 24 * 4}) {
        SCOPED_TRACE(testing::Message()
                     << "K " << key << " memory " << static_cast<int>(memory) << " bytes " << bytes);
        StmOptions options(StmForm::kRecurrent, memory);
        options.state_bytes = bytes;
        expect_close(run_operator<double>(graph, data, dy, options), expected, 1e-10);
        const auto run = [&](StmSchedule schedule, int threads) {
          const ThreadLimit limit(threads);
          options.schedule = schedule;
          return run_operator<float>(graph, data, dy, options);
        };
        const OperatorResult heads = run(StmSchedule::kHeads, 1);
        EXPECT_TRUE(equal(run(StmSchedule::kLevels, 2), heads));
        EXPECT_TRUE(equal(run(StmSchedule::kAuto, 4), heads));
      }
    }
  }
}

TEST(Operator, AcceptsGraphsWithoutNodesOrEdges) {
  Random random(kSeed);
  for (const NodeId nodes : {0, 1, 3}) {
    const Dag dag(nodes, {});
    const LineGraph line = make_line_graph(dag);
    const StmGraph graph = make_stm_graph(dag, line);
    const OperatorData data = random_operator_data(graph, 2, 3, 4, random);
    const std::vector<double> dy = random_normal<double>(data.value.size(), random);
    for (const StmForm form : kForms) {
      expect_close(run_operator<double>(graph, data, dy, form), reference_operator(dag, line, data, dy),
                   1e-12);
    }
  }
}

TEST(Operator, AddsToTheGradients) {
  Random random(kSeed);
  const Dag dag = grid(3, 3);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  const OperatorData data = random_operator_data(graph, 1, 2, 2, random);
  std::vector<double> y(9 * 2), dy(9 * 2, 1.0), sink(64, 0.0), direct(9, 5.0), again(9, 0.0);
  const StmInputs<double> inputs{1,
                                 2,
                                 2,
                                 heads_in_blocks(data.query.data(), 9, 2),
                                 heads_in_blocks(data.key.data(), 9, 2),
                                 heads_in_blocks(data.value.data(), 9, 2),
                                 heads_in_blocks(data.source.data(), 12, 1),
                                 heads_in_blocks(data.transition.data(), graph.num_line_edges, 1),
                                 heads_in_blocks(data.mark.data(), 12, 1),
                                 heads_in_blocks(data.direct.data(), 9, 1)};
  StmWorkspace<double> workspace;
  std::vector<double> dq(18), dk(18), dv(18), ds(12), dt(sink.size()), dm(12);
  const auto run = [&](std::vector<double>& dd) {
    stm_backward<double>(
        graph, inputs, heads_in_blocks<const double>(dy.data(), 9, 2),
        {heads_in_blocks(dq.data(), 9, 2), heads_in_blocks(dk.data(), 9, 2), heads_in_blocks(dv.data(), 9, 2),
         heads_in_blocks(ds.data(), 12, 1), heads_in_blocks(dt.data(), graph.num_line_edges, 1),
         heads_in_blocks(dm.data(), 12, 1), heads_in_blocks(dd.data(), 9, 1)},
        StmForm::kRecurrent, workspace);
  };
  run(direct);
  run(again);
  for (std::size_t n = 0; n < 9; ++n) EXPECT_DOUBLE_EQ(direct[n], 5.0 + again[n]);
}

TEST(Operator, RefusesAPlanForSomethingElse) {
  const Dag dag = chain(3);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  StmWorkspace<double> workspace;
  StmInputs<double> inputs;
  inputs.heads = inputs.key_width = inputs.value_width = 2;
  StmPlan plan;
  make_stm_plan(graph, {2, 2, 3}, {}, plan);
  EXPECT_THROW(stm_forward<double>(graph, inputs, {}, plan, workspace), ShapeError);
  make_stm_plan(StmGraph{}, {2, 2, 2}, {}, plan);
  EXPECT_THROW(stm_forward<double>(graph, inputs, {}, plan, workspace), ShapeError);
}

// Sizes are compared part by part: the totals and the number of parts may be equal.
TEST(Operator, RefusesAPlanForGraphsOfOtherSizes) {
  const auto laid_out = [](const Dag& dag) { return make_stm_graph(dag, make_line_graph(dag)); };
  const StmGraph small = laid_out(chain(3));
  const StmGraph large = laid_out(chain(2000));
  StmGraph small_first = small, large_first = large;
  small_first.append(large);
  large_first.append(small);
  Random random(kSeed);
  const auto refused = [&](const StmGraph& planned, const StmGraph& graph, StmForm form) {
    StmPlan plan;
    make_stm_plan(planned, {1, 2, 2}, form, plan);
    const OperatorData data = random_operator_data(graph, 1, 2, 2, random);
    std::vector<double> y(data.value.size());
    const std::ptrdiff_t n = graph.num_nodes, e = graph.num_edges, l = graph.num_line_edges;
    const StmInputs<double> inputs{1,
                                   2,
                                   2,
                                   heads_in_blocks(data.query.data(), n, 2),
                                   heads_in_blocks(data.key.data(), n, 2),
                                   heads_in_blocks(data.value.data(), n, 2),
                                   heads_in_blocks(data.source.data(), e, 1),
                                   heads_in_blocks(data.transition.data(), l, 1),
                                   heads_in_blocks(data.mark.data(), e, 1),
                                   heads_in_blocks(data.direct.data(), n, 1)};
    StmWorkspace<double> workspace;
    const HeadRows<double> output = heads_in_blocks(y.data(), n, 2);
    EXPECT_THROW(stm_forward<double>(graph, inputs, output, plan, workspace), ShapeError);
    EXPECT_THROW(stm_backward<double>(graph, inputs, {y.data(), 2, 2}, {}, plan, workspace), ShapeError);
  };
  for (const StmForm form : kForms) {
    refused(small, large, form);
    refused(large, small, form);
    refused(small_first, large_first, form);
  }
}

TEST(Operator, NamesAnArrayThatIsMissing) {
  const Dag dag = chain(3);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  std::vector<double> x(8, 1.0);
  const HeadRows<const double> in{x.data(), 1, 1};
  const HeadRows<double> out{x.data(), 1, 1};
  const StmInputs<double> all{1, 1, 1, in, in, in, in, in, in, in};
  StmWorkspace<double> workspace;
  StmInputs<double> some = all;
  some.transition = {};
  EXPECT_THAT(
      [&] { stm_forward<double>(graph, some, out, StmForm::kRecurrent, workspace); },
      ::testing::ThrowsMessage<ShapeError>("stm_forward: inputs.transition has no data, expected 1 rows"));
  EXPECT_THAT([&] { stm_forward<double>(graph, all, {}, StmForm::kRecurrent, workspace); },
              ::testing::ThrowsMessage<ShapeError>("stm_forward: output has no data, expected 3 rows"));
  EXPECT_THAT(
      [&] { stm_backward<double>(graph, all, in, {}, StmForm::kRecurrent, workspace); },
      ::testing::ThrowsMessage<ShapeError>("stm_backward: gradients.query has no data, expected 3 rows"));
}

TEST(Operator, KeepsStatesOnlyWhereItIsToldTo) {
  const Dag dag = chain(3);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  StmWorkspace<double> workspace;
  StmInputs<double> inputs;
  inputs.heads = inputs.key_width = inputs.value_width = 1;
  const StmOptions keep{StmForm::kRecurrent, StmMemory::kStore};
  EXPECT_THROW(stm_forward<double>(graph, inputs, {}, keep, workspace), ConfigError);
  StmPlan plan;
  make_stm_plan(graph, {1, 1, 1}, keep, plan);
  EXPECT_THROW(stm_forward<double>(graph, inputs, {}, plan, workspace), ConfigError);
  EXPECT_THROW(stm_backward<double>(graph, inputs, {}, {}, plan, workspace), ConfigError);
  StmStates<double> empty;
  EXPECT_THROW(stm_backward<double>(graph, inputs, {}, {}, plan, workspace, &empty), ConfigError);
}

TEST(Operator, RefusesWidthsOfZero) {
  StmWorkspace<double> workspace;
  StmInputs<double> inputs;
  inputs.heads = 1;
  inputs.key_width = 0;
  inputs.value_width = 2;
  EXPECT_THROW(stm_forward<double>(StmGraph{}, inputs, {}, StmForm::kAuto, workspace), ShapeError);
}

}  // namespace
}  // namespace plstm::test
