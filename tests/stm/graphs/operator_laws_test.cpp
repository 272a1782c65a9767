#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/graph/disjoint_union.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/graph/multitree.hpp>

#include "support/operator_data.hpp"
#include "support/random_graph.hpp"
#include "support/run_operator.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

constexpr StmForm kForms[] = {StmForm::kRecurrent, StmForm::kClosed, StmForm::kChunkwise, StmForm::kDoubling};

// A random DAG, its line graph in P- or D-mode, and random inputs.
struct Case {
  explicit Case(std::uint64_t seed)
      : random(seed),
        dag(random_dag(static_cast<NodeId>(random.below(18)), random.uniform(), random)),
        line(random.below(2) == 0 ? make_line_graph(dag) : prune_to_multitree(make_line_graph(dag))),
        graph(make_stm_graph(dag, line)),
        data(random_operator_data(graph, 1 + random.below(3), 1 + random.below(9), 1 + random.below(9),
                                  random, 0.7)),
        dy(random_normal<double>(data.value.size(), random)) {}
  Random random;
  Dag dag;
  LineGraph line;
  StmGraph graph;
  OperatorData data;
  std::vector<double> dy;
};

RC_GTEST_PROP(OperatorLaw, BothFormsAgreeWithTheReference, (std::uint64_t seed)) {
  const Case c(seed);
  const OperatorResult expected = reference_operator(c.dag, c.line, c.data, c.dy);
  for (const StmForm form : kForms)
    expect_close(run_operator<double>(c.graph, c.data, c.dy, form), expected, 1e-10);
  RC_ASSERT(!testing::Test::HasFailure());
}

// The operator's formula knows nothing of ends: a parallel edge has a state, gates and gradients like any other.
RC_GTEST_PROP(OperatorLaw, ParallelEdgesFollowTheFormula, (std::uint64_t seed)) {
  Random random(seed);
  const Dag simple =
      random_dag(static_cast<NodeId>(2 + random.below(12)), 0.2 + 0.5 * random.uniform(), random);
  std::vector<Arc> edges(simple.edges().begin(), simple.edges().end());
  for (std::uint64_t more = 1 + random.below(4); more > 0 && !edges.empty(); --more)
    edges.push_back(edges[random.below(edges.size())]);
  const Dag dag(simple.num_nodes(), edges, ParallelEdges::kKeep);
  const LineGraph full = make_line_graph(dag);
  for (const LineGraph& line : {full, prune_to_multitree(full)}) {
    const StmGraph graph = make_stm_graph(dag, line);
    const OperatorData data = random_operator_data(graph, 2, 3, 4, random, 0.7);
    const std::vector<double> dy = random_normal<double>(data.value.size(), random);
    const OperatorResult expected = reference_operator(dag, line, data, dy);
    for (const StmForm form : kForms)
      expect_close(run_operator<double>(graph, data, dy, form), expected, 1e-10);
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

// Ten times slower: there a case tries some of what the others try in full.
#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

// Long enough for many chunks and several levels of the scan, with edges over whole chunks.
RC_GTEST_PROP(OperatorLaw, EveryFormAndMemoryAgreesOnLongGraphs, (std::uint64_t seed)) {
  Random random(seed);
  const auto nodes = static_cast<NodeId>(1 + random.below(900));
  const auto reach = static_cast<NodeId>(1 + random.below(random.below(4) == 0 ? 90 : 4));
  const Dag dag = thin_dag(nodes, reach, 2.0 / reach * random.uniform(), random.below(2) == 0, random);
  const LineGraph full = make_line_graph(dag);
  const LineGraph line = random.below(2) == 0 ? full : prune_to_multitree(full);
  const StmGraph graph = make_stm_graph(dag, line);
  // Gates this small keep sums over many paths bounded.
  const auto width = [&] { return random.below(3) == 0 ? 8 + 8 * random.below(3) : 1 + random.below(5); };
  const OperatorData data = random_operator_data(graph, 1 + random.below(2), width(), width(), random, 0.25);
  const std::vector<double> dy = random_normal<double>(data.value.size(), random);
  const OperatorResult expected = reference_operator(dag, line, data, dy);
  for (const StmForm form : {StmForm::kAuto, StmForm::kRecurrent, StmForm::kChunkwise, StmForm::kDoubling}) {
    for (const StmMemory memory :
         {StmMemory::kAuto, StmMemory::kRecompute, StmMemory::kStore, StmMemory::kCheckpoint}) {
      if (kThreadSanitizer && random.below(12) != 0) continue;
      SCOPED_TRACE(testing::Message() << nodes << " nodes, reach " << reach << ", form "
                                      << static_cast<int>(form) << " memory " << static_cast<int>(memory));
      expect_close(run_operator<double>(graph, data, dy, {form, memory}), expected, 1e-10);
      if (memory != StmMemory::kStore)
        expect_close(run_operator<double>(graph, data, dy, {form, memory}, false), expected, 1e-10);
      expect_close(run_operator<double>(graph, data, dy, {form, memory, StmSchedule::kLevels}), expected,
                   1e-10);
    }
  }
  expect_close(run_operator<float>(graph, data, dy, {StmForm::kRecurrent, StmMemory::kCheckpoint}), expected,
               2e-4);
  RC_ASSERT(!testing::Test::HasFailure());
}

RC_GTEST_PROP(OperatorLaw, RelabellingNodesPermutesTheOutput, (std::uint64_t seed)) {
  Case c(seed);
  const NodeId nodes = c.dag.num_nodes();
  const std::vector<std::int32_t> label = random_permutation(nodes, c.random);
  std::vector<Arc> edges;
  for (const Arc& edge : c.dag.edges()) {
    edges.push_back({label[static_cast<std::size_t>(edge.tail)], label[static_cast<std::size_t>(edge.head)]});
  }
  const Dag relabelled(nodes, edges);
  // Pruning may depend on labels only through edge ids, which stay.
  const bool pruned = c.line.num_edges() != make_line_graph(c.dag).num_edges();
  const LineGraph line =
      pruned ? prune_to_multitree(make_line_graph(relabelled)) : make_line_graph(relabelled);
  RC_ASSERT(line == c.line);
  const auto permute = [&](const std::vector<double>& values, std::size_t width) {
    std::vector<double> moved(values.size());
    const auto n = static_cast<std::size_t>(nodes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t head = i / (n * width);
      const std::size_t node = i / width % n;
      moved[(head * n + static_cast<std::size_t>(label[node])) * width + i % width] = values[i];
    }
    return moved;
  };
  OperatorData data = c.data;
  data.query = permute(c.data.query, c.data.key_width);
  data.key = permute(c.data.key, c.data.key_width);
  data.value = permute(c.data.value, c.data.value_width);
  data.direct = permute(c.data.direct, 1);
  const std::vector<double> dy = permute(c.dy, c.data.value_width);
  const StmGraph graph = make_stm_graph(relabelled, line);
  for (const StmForm form : kForms) {
    OperatorResult expected = run_operator<double>(c.graph, c.data, c.dy, form);
    expected.output = permute(expected.output, c.data.value_width);
    expected.gradients.query = permute(expected.gradients.query, c.data.key_width);
    expected.gradients.key = permute(expected.gradients.key, c.data.key_width);
    expected.gradients.value = permute(expected.gradients.value, c.data.value_width);
    expected.gradients.direct = permute(expected.gradients.direct, 1);
    expect_close(run_operator<double>(graph, data, dy, form), expected, 1e-10);
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

RC_GTEST_PROP(OperatorLaw, DisjointUnionEqualsSeparateRuns, (std::uint64_t seed)) {
  Random random(seed);
  const Dag first = random_dag(static_cast<NodeId>(random.below(10)), 0.4, random);
  const Dag second = random_dag(static_cast<NodeId>(random.below(10)), 0.4, random);
  const Dag* both[] = {&first, &second};
  const Dag joined = disjoint_union(both);
  const StmGraph a = make_stm_graph(first, make_line_graph(first));
  const StmGraph b = make_stm_graph(second, make_line_graph(second));
  StmGraph batch = a;
  batch.append(b);
  const StmGraph one = make_stm_graph(joined, make_line_graph(joined));
  RC_ASSERT(batch.num_line_edges == one.num_line_edges);

  // One head, so that the data of the union is that of the parts, one after the other.
  const OperatorData data_a = random_operator_data(a, 1, 3, 4, random);
  const OperatorData data_b = random_operator_data(b, 1, 3, 4, random);
  const auto join = [](std::vector<double> x, const std::vector<double>& y) {
    x.insert(x.end(), y.begin(), y.end());
    return x;
  };
  const auto join_data = [&](const OperatorData& x, const OperatorData& y) {
    return OperatorData{1,
                        3,
                        4,
                        join(x.query, y.query),
                        join(x.key, y.key),
                        join(x.value, y.value),
                        join(x.source, y.source),
                        join(x.transition, y.transition),
                        join(x.mark, y.mark),
                        join(x.direct, y.direct)};
  };
  const OperatorData data = join_data(data_a, data_b);
  const std::vector<double> dy_a = random_normal<double>(data_a.value.size(), random);
  const std::vector<double> dy_b = random_normal<double>(data_b.value.size(), random);
  for (const StmForm form : kForms) {
    const OperatorResult ra = run_operator<double>(a, data_a, dy_a, form);
    const OperatorResult rb = run_operator<double>(b, data_b, dy_b, form);
    const OperatorResult expected{join(ra.output, rb.output), join_data(ra.gradients, rb.gradients)};
    RC_ASSERT(equal(run_operator<double>(batch, data, join(dy_a, dy_b), form), expected));
    expect_close(run_operator<double>(one, data, join(dy_a, dy_b), form), expected, 1e-11);
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

// C_{i} = t_i C_{i-1} + s_i k_i v_i^T; y_{i+1} = m_i q^T C_i.
TEST(OperatorLaw, ChainIsAPlainRecurrence) {
  Random random(kSeed);
  const Dag dag = chain(200);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  const OperatorData data = random_operator_data(graph, 1, 1, 1, random, 0.9);
  std::vector<double> expected(200);
  double state = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    expected[i] = data.direct[i] * data.query[i] * data.key[i] * data.value[i];
    if (i > 0) expected[i] += data.mark[i - 1] * state * data.query[i];
    if (i < 199)
      state = data.source[i] * data.key[i] * data.value[i] + (i > 0 ? data.transition[i - 1] * state : 0);
  }
  for (const StmForm form : kForms) {
    const OperatorResult r = run_operator<double>(graph, data, std::vector<double>(200, 1.0), form);
    for (std::size_t i = 0; i < 200; ++i) EXPECT_NEAR(r.output[i], expected[i], 1e-11) << i;
  }
}

// Two states per node, from the left and from above, as in section 6 of the specification.
TEST(OperatorLaw, GridIsAPlainRecurrence) {
  constexpr NodeId kWidth = 7;
  constexpr NodeId kHeight = 5;
  Random random(kSeed);
  const Dag dag = grid(kWidth, kHeight);
  const LineGraph line = make_line_graph(dag);
  const StmGraph graph = make_stm_graph(dag, line);
  const OperatorData data = random_operator_data(graph, 1, 1, 1, random);
  const auto edge_between = [&](NodeId tail, NodeId head) -> EdgeId {
    for (const EdgeId e : dag.out_edges(tail)) {
      if (dag.head(e) == head) return e;
    }
    return -1;
  };
  const auto transition = [&](EdgeId from, EdgeId to) {
    for (const LineEdgeId l : line.in_edges(to)) {
      if (line.from(l) == from) return data.transition[static_cast<std::size_t>(l)];
    }
    return 0.0;
  };
  std::vector<double> state(static_cast<std::size_t>(dag.num_edges()));
  std::vector<double> expected;
  for (NodeId y = 0; y < kHeight; ++y) {
    for (NodeId x = 0; x < kWidth; ++x) {
      const NodeId node = y * kWidth + x;
      const auto n = static_cast<std::size_t>(node);
      const EdgeId left = x > 0 ? edge_between(node - 1, node) : -1;
      const EdgeId up = y > 0 ? edge_between(node - kWidth, node) : -1;
      double out = data.direct[n] * data.query[n] * data.key[n] * data.value[n];
      for (const EdgeId e : {left, up}) {
        if (e >= 0)
          out += data.mark[static_cast<std::size_t>(e)] * state[static_cast<std::size_t>(e)] * data.query[n];
      }
      expected.push_back(out);
      for (const NodeId head : {x + 1 < kWidth ? node + 1 : -1, y + 1 < kHeight ? node + kWidth : -1}) {
        if (head < 0) continue;
        const EdgeId e = edge_between(node, head);
        double& c = state[static_cast<std::size_t>(e)];
        c = data.source[static_cast<std::size_t>(e)] * data.key[n] * data.value[n];
        for (const EdgeId f : {left, up}) {
          if (f >= 0) c += transition(f, e) * state[static_cast<std::size_t>(f)];
        }
      }
    }
  }
  for (const StmForm form : kForms) {
    const OperatorResult r =
        run_operator<double>(graph, data, std::vector<double>(expected.size(), 1.0), form);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(r.output[i], expected[i], 1e-10) << i;
  }
}

}  // namespace
}  // namespace plstm::test
