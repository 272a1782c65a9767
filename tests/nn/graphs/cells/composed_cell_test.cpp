#include "plstm/nn/graphs/cells/composed_cell.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/nn/shared/softmax.hpp>

#include "support/count_allocations.hpp"
#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

// h = tanh(W x + U sum alpha_j h_j), alpha = softmax(w . h_j + p . x + e_j): it reads all that a level has.
struct AttentionCell {
  LinearLayer input, recurrent, score, query;

  template <class T>
  Var<T> operator()(Tape<T>& tape, const LevelVars<T>& level) const {
    const auto edges = static_cast<Index>(level.targets.size());
    const Var<T> queries = gather_rows(tape, apply(tape, query, level.features), level.targets.data(), edges);
    const Var<T> scores = add(tape, add(tape, apply(tape, score, level.sources), queries), level.edges);
    const Var<T> weights = softmax_segments(tape, scores, level.offsets);
    const std::array<Var<T>, 3> three{weights, weights, weights};
    const Var<T> m = sum_rows<T>(tape, hadamard(tape, concatenate<T>(tape, three), level.sources),
                                 level.offsets, level.rows);
    return activate(tape, ActivationKind::kTanh,
                    add(tape, apply(tape, input, level.features), apply(tape, recurrent, m)));
  }
};

struct Sample {
  NodeLevels levels;
  LayerInputs inputs;
  AttentionCell cell;

  explicit Sample(const Dag& dag) : levels(make_node_levels(make_stm_graph(dag, make_line_graph(dag)))) {
    cell = {add_linear(inputs.layout, "input", 2, 3, true),
            add_linear(inputs.layout, "recurrent", 3, 3, false),
            add_linear(inputs.layout, "score", 3, 1, false), add_linear(inputs.layout, "query", 2, 1, false)};
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, 0.8, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), 2, random), random_matrix(dag.num_edges(), 1, random)};
  }
  auto run() const {
    return [this]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
      return run_levels<T>(tape, levels, 3, cell, {x[0], x[1]});
    };
  }
};

TEST(ComposedCell, GivesWhatTheFormulaSays) {
  // y = x + sum of y over the sources: the number of paths, if x = 1.
  const Dag dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}, {3, 4}});
  const NodeLevels levels = make_node_levels(make_stm_graph(dag, make_line_graph(dag)));
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1}, {0}, {0}, {0}, {0}}}};
  const auto count = [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    const auto cell = [](Tape<T>& on, const LevelVars<T>& level) {
      EXPECT_EQ(level.edges.value, nullptr);
      return add(on, level.features, sum_rows<T>(on, level.sources, level.offsets, level.rows));
    };
    return run_levels<T>(tape, levels, 1, cell, {x[0], {}});
  };
  EXPECT_EQ(evaluate<double>(inputs, count), (Matrix<double>{{1}, {1}, {1}, {3}, {3}}));
  EXPECT_TRUE(gradients_match(inputs, count));
}

TEST(ComposedCell, GradientsMatch) {
  Random random(kSeed);
  for (const Dag& dag :
       {Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), random_dag(11, 0.4, random), chain(6), Dag(3, {}), Dag()}) {
    const Sample sample(dag);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run())) << dag.num_nodes();
  }
}

// Two passes over one tape: the second starts where the first has ended.
TEST(ComposedCell, GradientsOfTwoLayersMatch) {
  Random random(kSeed);
  const Dag dag = random_dag(9, 0.4, random);
  const Sample sample(dag);
  const auto twice = [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    const Var<T> h = run_levels<T>(tape, sample.levels, 3, sample.cell, {x[0], x[1]});
    const Var<T> again =
        run_levels<T>(tape, sample.levels, 3, sample.cell, {take_columns(tape, h, 1, 2), x[1]});
    return add(tape, h, again);
  };
  EXPECT_TRUE(gradients_match(sample.inputs, twice));
}

TEST(ComposedCell, StatesMayBeConstants) {
  const Sample sample(chain(3));
  EXPECT_TRUE(gradients_match(sample.inputs, [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    const auto cell = [](Tape<T>& on, const LevelVars<T>& level) {
      const Var<T> ones = on.make_constant(static_cast<Index>(level.offsets.size()) - 1, 2);
      std::fill_n(ones.value, ones.size(), T(1));
      return level.rows.empty() ? ones : level.features;
    };
    return run_levels<T>(tape, sample.levels, 2, cell, {x[0], x[1]});
  }));
}

TEST(ComposedCell, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  const Sample sample(random_dag(300, 0.05, random));
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_backward<float>(sample.inputs, sample.run());
  };
  const auto one = run(1), more = run(3);
  EXPECT_EQ(more.output, one.output);
  EXPECT_EQ(more.parameters, one.parameters);
  EXPECT_EQ(more.matrices, one.matrices);
}

TEST(ComposedCell, ComplainsAboutShapes) {
  Sample sample(chain(3));
  const auto wrong = [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    return run_levels<T>(tape, sample.levels, 4, sample.cell, {x[0], x[1]});
  };
  const auto narrow = [&]<class T>(Tape<T>& tape, const std::vector<Var<T>>& x) {
    return run_levels<T>(tape, sample.levels, 5,
                         [](Tape<T>&, const LevelVars<T>& level) { return level.features; }, {x[0], x[1]});
  };
  EXPECT_THROW(evaluate<double>(sample.inputs, wrong), ShapeError);
  EXPECT_THAT(
      [&] { evaluate<double>(sample.inputs, narrow); },
      ThrowsMessage<ShapeError>("run_levels: states that the cell gives has shape [1, 2], expected [1, 5]"));
  sample.inputs.matrices[1] = Matrix<double>::Zero(3, 1);
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.run()); },
              ThrowsMessage<ShapeError>("run_levels: edges has shape [3], expected [2]"));
}

TEST(ComposedCell, AllocatesNothingInSteadyState) {
  Random random(kSeed);
  const Sample sample(random_dag(30, 0.2, random));
  const std::vector<float> values(sample.inputs.values.begin(), sample.inputs.values.end());
  std::vector<float> gradients(values.size());
  const Matrix<float> x = sample.inputs.matrices[0].cast<float>(),
                      e = sample.inputs.matrices[1].cast<float>();
  Tape<float> tape;
  const auto pass = [&] {
    tape.start(sample.inputs.layout, values.data(), gradients.data(), {.gradients = true});
    const Var<float> y =
        run_levels<float>(tape, sample.levels, 3, sample.cell,
                          {tape.constant(x.data(), x.rows(), 2), tape.constant(e.data(), e.rows(), 1)});
    tape.gradient_matrix(y).setOnes();
    tape.backward();
  };
  for (int i = 0; i < 3; ++i) pass();
  const std::size_t before = allocations;
  pass();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace plstm::test
