#include "plstm/nn/graphs/cells/run_levels.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "support/count_allocations.hpp"
#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

NodeLevels levels_of(const Dag& dag, EdgeDirection direction = EdgeDirection::kForward) {
  return make_node_levels(make_stm_graph(dag, make_line_graph(dag)), direction);
}

// y = tanh(x + a * sum (1 + e_j) y_j), the output half of a state whose other half successors read. x, a, y of width
// `width`, e one number per edge if there are any. Takes scratch, and keeps numbers of nodes and edges.
template <class T>
struct SumCell {
  Var<T> a;

  CellWidths widths() const {
    const Index w = a.cols;
    return {.state = 2 * w, .output = w, .kept = w, .edge_kept = 1, .scratch = w};
  }
  std::array<Var<T>, 1> parameters() const { return {a}; }

  void forward(const CellBlock<T>& b) const {
    for (Index i = 0; i < b.num_nodes; ++i) {
      for (Index c = 0; c < a.cols; ++c) {
        T& sum = b.kept(i)[c];
        sum = 0;
        for (Index j = b.edge_begin(i); j < b.edge_begin(i + 1); ++j) {
          *b.edge_kept(j) = b.edge_feature_width > 0 ? T(1) + *b.edge_feature(j) : T(1);
          sum += *b.edge_kept(j) * b.source(j)[a.cols + c];
        }
        b.scratch[i * a.cols + c] = (b.feature_width > 0 ? b.feature(i)[c] : T(0)) + a.value[c] * sum;
        b.state(i)[c] = b.state(i)[a.cols + c] = std::tanh(b.scratch[i * a.cols + c]);
      }
    }
  }

  void backward(const CellGradients<T>& b) const {
    for (Index i = 0; i < b.num_nodes; ++i) {
      T* dz = b.scratch + i * a.cols;
      for (Index c = 0; c < a.cols; ++c) {
        T* dy = b.state_gradient(i);
        dz[c] = dy[c] = (dy[c] + dy[a.cols + c]) * (1 - b.state(i)[c] * b.state(i)[c]);
        if (b.feature_width > 0) b.feature_gradient(i)[c] = dz[c];
      }
      for (Index j = b.edge_begin(i); j < b.edge_begin(i + 1); ++j) {
        T edge = 0;
        for (Index c = 0; c < a.cols; ++c) {
          b.source_gradient(j)[c] = 0;
          b.source_gradient(j)[a.cols + c] = a.value[c] * dz[c] * *b.edge_kept(j);
          edge += a.value[c] * dz[c] * b.source(j)[c];
        }
        if (b.edge_feature_width > 0) *b.edge_feature_gradient(j) = edge;
      }
    }
  }

  void add_gradients(const CellGradients<T>& b, std::span<T* const> sums) const {
    for (Index i = 0; i < b.num_nodes; ++i) {
      for (Index c = 0; c < a.cols; ++c) sums[0][c] += b.state_gradient(i)[c] * b.kept(i)[c];
    }
  }
};

static_assert(LevelCell<SumCell<float>, float>);
static_assert(!LevelCell<SumCell<float>, double>);

// Inputs of SumCell on a DAG: features, edge features, and a as a parameter.
struct Sample {
  Dag dag;
  NodeLevels levels, back;
  LayerInputs inputs;
  ParameterId a;

  explicit Sample(const Dag& graph, Index width = 3)
      : dag(graph), levels(levels_of(graph)), back(levels_of(graph, EdgeDirection::kBackward)) {
    Random random(kSeed);
    a = inputs.layout.add("a", {1, width}, ConstantInit{0}, false);
    inputs.values = random_values(inputs.layout, 0.7, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), width, random),
                       random_matrix(dag.num_edges(), 1, random, 0.3)};
  }

  auto run() const {
    return [this]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
      return run_levels(tape, levels, SumCell<T>{tape.parameter(a)}, CellInputs<T>{x[0], x[1]});
    };
  }
  // Both ways, with the same features, edge features and parameter.
  auto run_both() const {
    return [this]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
      const SumCell<T> cell{tape.parameter(a)};
      const std::array runs{make_level_run<T>(tape, levels, cell, {x[0], x[1]}),
                            make_level_run<T>(tape, back, cell, {x[0], x[1]})};
      return run_levels<T>(tape, runs);
    };
  }
};

TEST(RunLevels, GivesWhatTheFormulaSays) {
  Sample sample(Dag(3, {{0, 1}, {0, 2}, {1, 2}}), 1);
  sample.inputs.values[0] = 0.5;
  sample.inputs.matrices = {Matrix<double>{{0.25}, {-1}, {2}}, Matrix<double>{{1}, {-1}, {3}}};
  const double first = std::tanh(0.25), second = std::tanh(-1 + 0.5 * 2 * first);
  const double third = std::tanh(2 + 0.5 * (0 * first + 4 * second));
  const Matrix<double> y = evaluate<double>(sample.inputs, sample.run());
  EXPECT_TRUE(y.isApprox(Matrix<double>{{first}, {second}, {third}}, 1e-14)) << y;

  // On the reversed DAG, beside it.
  const double c = std::tanh(2), b = std::tanh(-1 + 0.5 * 4 * c), a = std::tanh(0.25 + 0.5 * (2 * b + 0 * c));
  const Matrix<double> both = evaluate<double>(sample.inputs, sample.run_both());
  EXPECT_TRUE(both.isApprox(Matrix<double>{{first, a}, {second, b}, {third, c}}, 1e-14)) << both;
}

TEST(RunLevels, GradientsMatch) {
  Random random(kSeed);
  for (const Dag& dag :
       {Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), random_dag(12, 0.4, random), Dag(3, {}), Dag()}) {
    const Sample sample(dag);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run())) << dag.num_nodes();
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run_both())) << dag.num_nodes();
  }
}

TEST(RunLevels, InputsMayBeMissingOrConstant) {
  const Sample sample(Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}));
  const auto some = [&](bool features, bool edges) {
    return [&sample, features, edges]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
      const SumCell<T> cell{tape.parameter(sample.a)};
      return run_levels(tape, sample.levels, cell,
                        CellInputs<T>{features ? x[0] : Var<T>{}, edges ? x[1] : Var<T>{}});
    };
  };
  EXPECT_TRUE(gradients_match(sample.inputs, some(true, false)));
  EXPECT_TRUE(gradients_match(sample.inputs, some(false, true)));
  EXPECT_EQ(evaluate<double>(sample.inputs, some(false, false)), Matrix<double>::Zero(4, 3));
  const auto constant = [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    const CellInputs<T> inputs{tape.constant(x[0].value, 4, 3), tape.constant(x[1].value, 4, 1)};
    return run_levels(tape, sample.levels, SumCell<T>{tape.parameter(sample.a)}, inputs);
  };
  LayerInputs inputs = sample.inputs;
  EXPECT_EQ(run_backward<double>(inputs, constant).parameters,
            run_backward<double>(inputs, sample.run()).parameters);
}

// Levels of many blocks, sums over sources in parallel, and sums over the nodes in several blocks.
TEST(RunLevels, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  std::vector<Arc> edges;
  for (NodeId n = 0; n < 4000; ++n) {  // three wide levels
    for (int i = 0; i < 3; ++i) edges.push_back({static_cast<NodeId>(random.below(4000)), 4000 + n});
    edges.push_back({4000 + static_cast<NodeId>(random.below(4000)), 8000 + n});
  }
  const Sample sample(Dag(12000, edges, ParallelEdges::kKeep), 20);
  for (const bool both : {false, true}) {
    const auto run = [&](int threads) {
      const ThreadLimit limit(threads);
      return both ? run_backward<float>(sample.inputs, sample.run_both())
                  : run_backward<float>(sample.inputs, sample.run());
    };
    const auto one = run(1);
    for (const int threads : {2, 4}) {
      const auto more = run(threads);
      EXPECT_EQ(more.output, one.output);
      EXPECT_EQ(more.parameters, one.parameters);
      EXPECT_EQ(more.matrices, one.matrices);
    }
  }
}

// Blocks and chunks change nothing: a level of many nodes gives what its nodes give in graphs of their own.
TEST(RunLevels, WideLevelsGiveWhatNarrowOnesGive) {
  std::vector<Arc> edges;
  constexpr NodeId kPairs = 3000;
  for (NodeId n = 0; n < kPairs; ++n) edges.push_back({2 * n, 2 * n + 1});
  const Sample wide(Dag(2 * kPairs, edges), 16);
  const Matrix<double> y = evaluate<double>(wide.inputs, wide.run());
  for (const NodeId pair : {0, 1234, kPairs - 1}) {
    Sample alone(Dag(2, {{0, 1}}), 16);
    alone.inputs.values = wide.inputs.values;
    alone.inputs.matrices = {wide.inputs.matrices[0].middleRows(2 * pair, 2),
                             wide.inputs.matrices[1].row(pair)};
    EXPECT_EQ(evaluate<double>(alone.inputs, alone.run()), Matrix<double>(y.middleRows(2 * pair, 2)));
  }
}

TEST(RunLevels, AllocatesNothingInSteadyState) {
  Random random(kSeed);
  const Sample sample(random_dag(60, 0.1, random));
  const std::vector<float> values(sample.inputs.values.begin(), sample.inputs.values.end());
  std::vector<float> gradients(values.size());
  const Matrix<float> x = sample.inputs.matrices[0].cast<float>();
  Tape<float> tape;
  const auto pass = [&](bool records) {
    tape.start(sample.inputs.layout, values.data(), gradients.data(), {.gradients = records});
    const CellInputs<float> inputs{tape.constant(x.data(), x.rows(), x.cols()), {}};
    const Var<float> y = run_levels(tape, sample.levels, SumCell<float>{tape.parameter(sample.a)}, inputs);
    if (!records) return;
    tape.gradient_matrix(y).setOnes();
    tape.backward();
  };
  for (const bool records : {true, false, true}) pass(records);
  for (const bool records : {true, false}) {
    const std::size_t before = allocations;
    pass(records);
    EXPECT_EQ(allocations, before) << records;
  }
}

TEST(RunLevels, ComplainsAboutShapesAndWidths) {
  Sample sample(Dag(3, {{0, 1}, {1, 2}}));
  sample.inputs.matrices[0] = Matrix<double>::Zero(2, 3);
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.run()); },
              ThrowsMessage<ShapeError>("run_levels: features has shape [2], expected [3]"));
  sample.inputs.matrices = {Matrix<double>::Zero(3, 3), Matrix<double>::Zero(3, 1)};
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.run()); },
              ThrowsMessage<ShapeError>("run_levels: edges has shape [3], expected [2]"));
  sample.inputs.matrices[1] = Matrix<double>::Zero(2, 1);
  const auto widths = [&](const CellWidths& w) {
    return [&sample, w](Tape<double>& tape, const std::vector<Var<double>>& x) {
      LevelRun<double> run = make_level_run<double>(tape, sample.levels,
                                                    SumCell<double>{tape.parameter(sample.a)}, {x[0], x[1]});
      run.widths = w;
      return run_levels<double>(tape, {&run, 1});
    };
  };
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, widths({.state = 2, .output = 3})); },
              ThrowsMessage<ConfigError>(HasSubstr("expected 1 <= output <= state")));
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, widths({.state = 2, .output = 2, .kept = -1})); },
              ThrowsMessage<ConfigError>(HasSubstr("kept -1")));
  EXPECT_THAT(
      [&] {
        evaluate<double>(sample.inputs, [](auto& tape, const auto&) {
          return run_levels<double>(tape, std::span<const LevelRun<double>>());
        });
      },
      ThrowsMessage<ConfigError>("run_levels: there are no runs"));
}

}  // namespace
}  // namespace plstm::test
