#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>

#include "nn/model_graphs.hpp"
#include "support/count_allocations.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Tape, MakesMatricesWithGradientsOnlyWhileRecording) {
  const ParameterLayout none;
  Tape<double> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  EXPECT_TRUE(tape.records());
  const Var<double> recorded = tape.make(2, 3);
  EXPECT_EQ(tape.gradient_matrix(recorded), (Matrix<double>::Zero(2, 3)));
  EXPECT_EQ(tape.make_constant(2, 3).gradient, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(recorded.value) % 64, 0u);
  tape.start(none, nullptr, nullptr, {});
  EXPECT_FALSE(tape.records());
  EXPECT_FALSE(tape.training());
  EXPECT_EQ(tape.make(2, 3).gradient, nullptr);
  const double outside[] = {1, 2};
  const Var<double> constant = tape.constant(outside, 1, 2);
  EXPECT_EQ(constant.value, outside);
  EXPECT_EQ(constant.gradient, nullptr);
  EXPECT_EQ(constant.size(), 2);
}

TEST(Tape, ParametersAreViewsOfTheFlatArrays) {
  ParameterLayout layout;
  layout.add("first", {5}, ConstantInit{}, true);
  const ParameterId id = layout.add("second", {2, 3, 4}, ConstantInit{}, true);
  std::vector<double> values(layout.total_size()), gradients(layout.total_size());
  Tape<double> tape;
  tape.start(layout, values.data(), gradients.data(), {.gradients = true});
  const Var<double> matrix = tape.parameter(id);
  EXPECT_EQ(matrix.value, values.data() + 16);
  EXPECT_EQ(tape.gradient(matrix), gradients.data() + 16);
  EXPECT_EQ(matrix.rows, 2);
  EXPECT_EQ(matrix.cols, 12);
  const Var<double> row = tape.parameter({0});
  EXPECT_EQ(row.rows, 1);
  EXPECT_EQ(row.cols, 5);
  tape.start(layout, values.data(), nullptr, {});
  EXPECT_EQ(tape.parameter(id).gradient, nullptr);
}

TEST(Tape, RefusesGradientsThatDoNotExist) {
  const ParameterLayout none;
  Tape<double> tape;
  tape.start(none, nullptr, nullptr, {});
  const Var<double> unrecorded = tape.make(2, 3);
  EXPECT_THAT([&] { tape.gradient(unrecorded); },
              ThrowsMessage<ConfigError>(HasSubstr("the tape records no gradients")));
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<double> constant = tape.make_constant(2, 3);
  EXPECT_THAT([&] { tape.gradient_matrix(constant); },
              ThrowsMessage<ConfigError>(HasSubstr("made as a constant")));
  EXPECT_THAT([&] { tape.gradient_to_write(constant); },
              ThrowsMessage<ConfigError>(HasSubstr("made as a constant")));
  tape.on_backward(constant, [](double*) {});  // a rule for a constant is never called
  tape.backward();
}

TEST(Tape, RefusesNullArraysThatThePassNeeds) {
  ParameterLayout layout;
  layout.add("w", {5}, ConstantInit{}, true);
  const std::vector<double> values(layout.total_size());
  Tape<double> tape;
  EXPECT_THAT([&] { tape.start(layout, nullptr, nullptr, {}); },
              ThrowsMessage<ConfigError>(HasSubstr("values is null")));
  EXPECT_THAT([&] { tape.start(layout, values.data(), nullptr, {.gradients = true}); },
              ThrowsMessage<ConfigError>(HasSubstr("gradients is null")));
  tape.start(layout, values.data(), nullptr, {});
}

TEST(Tape, KeepsWorkspacesAndGivesStatesAgain) {
  struct Settings {
    int value = 1;
  };
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {});
  tape.workspace<Settings>().value = 5;
  std::vector<int>* first = &tape.state<std::vector<int>>();
  std::vector<int>* second = &tape.state<std::vector<int>>();
  EXPECT_NE(first, second);
  tape.start(none, nullptr, nullptr, {});
  EXPECT_EQ(tape.workspace<Settings>().value, 5);
  EXPECT_EQ(&tape.state<std::vector<int>>(), first);
  EXPECT_EQ(&tape.state<std::vector<int>>(), second);
}

TEST(Tape, RunsRulesInReverse) {
  const ParameterLayout none;
  Tape<float> tape;
  std::vector<int> calls;
  std::vector<int>* log = &calls;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  for (int i = 0; i < 3; ++i) {
    const Var<float> y = tape.make(1, 1);
    tape.gradient_matrix(y).setConstant(static_cast<float>(i));
    tape.on_backward(y, [=](const float* dy) { log->push_back(static_cast<int>(*dy)); });
  }
  tape.backward();
  EXPECT_THAT(calls, testing::ElementsAre(2, 1, 0));
  tape.start(none, nullptr, nullptr, {.gradients = true});
  tape.backward();  // the rules of the pass before are forgotten
  EXPECT_EQ(calls.size(), 3u);
  tape.start(none, nullptr, nullptr, {});
  tape.on_backward(tape.make(1, 1), [=](const float*) { log->push_back(9); });
  tape.backward();
  EXPECT_EQ(calls.size(), 3u);
}

TEST(Tape, MemoryStaysWhereItIsWhileAPassGrows) {
  const ParameterLayout none;
  Tape<float> tape;
  for (int pass = 0; pass < 3; ++pass) {
    tape.start(none, nullptr, nullptr, {});
    std::vector<Var<float>> vars;
    // Below, around and above the size of one piece of the arena.
    for (const Index cols : {0, 1, 100, 200000, 262144, 3, 1000000, 50}) {
      vars.push_back(tape.make(1, cols));
      vars.back().matrix().setConstant(static_cast<float>(vars.size()));
    }
    for (std::size_t i = 0; i < vars.size(); ++i) {
      const Matrix<float> expected = Matrix<float>::Constant(1, vars[i].cols, static_cast<float>(i + 1));
      EXPECT_EQ(vars[i].matrix(), expected) << pass << " " << i;
    }
  }
}

// The model, a batch and its flat arrays.
struct Sample {
  GraphModel model;
  std::vector<PreparedGraph> graphs;
  GraphBatch batch;
  std::vector<float> values;

  explicit Sample(GraphModelConfig config) {
    stm_body(config).blocks = "PDPD";
    config.dropout = 0.1;
    stm_body(config).drop_path = 0.1;
    model = make_graph_model(config);
    Random random(kSeed);
    graphs = sample_graphs(random);
    batch = make_batch(graphs);
    values = initial_values<float>(model.layout, kSeed);
  }

  struct Result {
    Matrix<float> output;
    std::vector<float> gradients;
    bool operator==(const Result&) const = default;
  };

  Result pass(Tape<float>& tape, TapeOptions options) {
    Result result;
    result.gradients.assign(model.layout.total_size(), 0.0f);
    tape.start(model.layout, values.data(), result.gradients.data(), options);
    const Var<float> output = forward(tape, model, batch);
    if (options.gradients) {
      tape.gradient_matrix(output).setOnes();
      tape.backward();
    }
    result.output = output.matrix();
    return result;
  }
};

TEST(Tape, PassesAfterTheFirstAllocateNothing) {
  const ThreadLimit one_thread(1);
  for (const StmLayerKind kind : {StmLayerKind::kNode, StmLayerKind::kEdge}) {
    GraphModelConfig config = small_config(kind);
    config.edge_encoder = kind == StmLayerKind::kEdge;
    Sample sample(config);
    Tape<float> tape;
    std::vector<float> gradients(sample.model.layout.total_size());
    const auto pass = [&] {
      const std::size_t before = allocations;
      sample.batch.clear();
      for (const PreparedGraph& graph : sample.graphs) sample.batch.append(graph);
      tape.start(sample.model.layout, sample.values.data(), gradients.data(),
                 {.gradients = true, .training = true, .seed = 1});
      const Var<float> output = forward(tape, sample.model, sample.batch);
      tape.gradient_matrix(output).setOnes();
      tape.backward();
      return allocations - before;
    };
    EXPECT_GT(pass(), 0u);                                     // the counter counts
    for (int i = 0; i < 100; ++i) ASSERT_EQ(pass(), 0u) << i;  // often enough to use up a piece of the arena
  }
}

TEST(Tape, ReuseGivesTheSameBits) {
  Sample sample(small_config());
  Sample other(small_config(StmLayerKind::kNode));
  const TapeOptions options{.gradients = true, .training = true, .seed = 7};
  Tape<float> fresh, used;
  const Sample::Result first = sample.pass(fresh, options);
  EXPECT_EQ(sample.pass(fresh, options), first);
  other.pass(used, options);
  sample.pass(used, {});
  EXPECT_EQ(sample.pass(used, options), first);
  EXPECT_FALSE(sample.pass(used, {.gradients = true, .training = true, .seed = 8}) == first);
  EXPECT_THAT(first.gradients, testing::Contains(testing::Ne(0.0f)));
}

TEST(Tape, InferenceGivesTheBitsOfTheRecordedPass) {
  Sample sample(small_config());
  Tape<float> tape;
  const Sample::Result inference = sample.pass(tape, {});
  EXPECT_EQ(sample.pass(tape, {.gradients = true}).output, inference.output);
  EXPECT_THAT(inference.gradients, Each(0.0f));
  EXPECT_EQ(sample.pass(tape, {}).output, inference.output);  // other memory was in use in between
}

TEST(Tape, TransposedParametersGiveTheSame) {
  for (const StmLayerKind kind : {StmLayerKind::kNode, StmLayerKind::kEdge}) {
    Sample sample(small_config(kind));
    std::vector<float> transposed(sample.values.size());
    transpose_parameters<float>(sample.model.layout, sample.values, transposed);
    Tape<float> tape;
    const Matrix<float> expected = sample.pass(tape, {}).output;
    tape.start(sample.model.layout, sample.values.data(), nullptr, {}, transposed.data());
    EXPECT_TRUE(forward(tape, sample.model, sample.batch).matrix().isApprox(expected, 1e-5f));
  }
}

TEST(Tape, OnlyMatricesHaveATranspose) {
  ParameterLayout layout;
  const ParameterId row = layout.add("row", {5}, ConstantInit{}, true);
  const ParameterId matrix = layout.add("matrix", {2, 3}, ConstantInit{}, true);
  const std::vector<float> values(layout.total_size()), transposed(layout.total_size());
  Tape<float> tape;
  tape.start(layout, values.data(), nullptr, {}, transposed.data());
  EXPECT_EQ(tape.parameter(row).transposed, nullptr);
  EXPECT_EQ(tape.parameter(matrix).transposed, transposed.data() + layout[matrix].offset);
  tape.start(layout, values.data(), nullptr, {});
  EXPECT_EQ(tape.parameter(matrix).transposed, nullptr);
}

TEST(Tape, GradientsOfParametersReplaceWhatIsThere) {
  Sample sample(small_config());
  Tape<float> tape;
  const std::vector<float> expected = sample.pass(tape, {.gradients = true}).gradients;
  std::vector<float> gradients(expected.size(), std::numeric_limits<float>::quiet_NaN());
  tape.start(sample.model.layout, sample.values.data(), gradients.data(), {.gradients = true});
  tape.gradient_matrix(forward(tape, sample.model, sample.batch)).setOnes();
  tape.backward();
  EXPECT_EQ(gradients, expected);
}

TEST(Tape, WhatNobodyWritesIsZeroAndItsRuleDoesNotRun) {
  ParameterLayout layout;
  const ParameterId id = layout.add("unused", {3}, ConstantInit{}, true);
  const std::vector<float> values(layout.total_size());
  std::vector<float> gradients(layout.total_size(), 5.0f);
  Tape<float> tape;
  tape.start(layout, values.data(), gradients.data(), {.gradients = true});
  const Var<float> parameter = tape.parameter(id);
  const Var<float> y = tape.make(1, 3);
  tape.on_backward(y, [=, &tape](const float*) { tape.gradient_matrix(parameter).setOnes(); });
  tape.backward();
  EXPECT_THAT(gradients, Each(0.0f));
}

TEST(Tape, FirstWriterReplacesOthersAdd) {
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<float> x = tape.make(1, 4);
  const auto first = tape.gradient_to_write(x);
  EXPECT_EQ(first.store, Store::kReplace);
  const auto second = tape.gradient_to_write(x);
  EXPECT_EQ(second.store, Store::kAdd);
  EXPECT_EQ(second.data, first.data);
  std::fill_n(first.data, 4, 2.0f);
  EXPECT_EQ(tape.gradient_matrix(x), (Matrix<float>::Constant(1, 4, 2.0f)));
}

TEST(Tape, WithoutGradientsOnlyResultsAreKept) {
  const ParameterLayout none;
  Tape<float> tape;
  for (const bool gradients : {false, true}) {
    tape.start(none, nullptr, nullptr, {.gradients = gradients});
    float* inside = nullptr;
    const Var<float> y = tape.without_traces(2, 3, [&] {
      const Var<float> x = tape.make(2, 3);
      inside = x.value;
      x.matrix().setConstant(4);
      return x;
    });
    EXPECT_EQ(y.matrix(), (Matrix<float>::Constant(2, 3, 4.0f)));
    EXPECT_EQ(y.value == inside, gradients);
    EXPECT_EQ(tape.make(2, 3).value == inside, !gradients);
  }
}

TEST(Tape, OfRecomputedBranchesOnlyResultsAreKept) {
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true, .recompute_from = 6});
  int calls = 0;
  float* inside = nullptr;
  float seen = 0;
  const Var<float> x = tape.make(2, 3);
  const auto body = [x, &tape, &calls, &inside, &seen] {
    ++calls;
    const Var<float> y = tape.make(2, 3);
    inside = y.value;
    y.matrix().setConstant(4);
    tape.on_backward(y, [x, &tape, &seen](const float* d) {
      seen = d[5];
      tape.gradient_matrix(x).setConstant(d[0] + 1);
    });
    return y;
  };
  const Var<float> result = tape.recomputed(2, 3, body);
  EXPECT_EQ(result.matrix(), (Matrix<float>::Constant(2, 3, 4.0f)));
  EXPECT_NE(result.value, inside);
  float* const first = inside;
  tape.recomputed(2, 3, body);
  EXPECT_EQ(inside, first) << "a second branch takes the memory of the first";
  EXPECT_EQ(calls, 2);
  tape.gradient_matrix(result).setConstant(7);
  tape.backward();
  EXPECT_EQ(calls, 3) << "nothing asked for the gradient of the second one";
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(tape.gradient_matrix(x), (Matrix<float>::Constant(2, 3, 8.0f)));
  tape.start(none, nullptr, nullptr, {.gradients = true, .recompute_from = 7});
  calls = 0;
  const float* small = tape.recomputed(2, 3, body).value;
  EXPECT_EQ(small, inside) << "a small branch is kept";
  tape.backward();
  EXPECT_EQ(calls, 1);
}

// With random numbers, a branch inside of a branch, and gradients that are written inside first.
TEST(Tape, RecomputedBranchesGiveTheSameBits) {
  Random random(kSeed);
  LayerInputs inputs;
  inputs.training = true;
  for (int i = 0; i < 3; ++i) inputs.matrices.push_back(random_matrix(5, 4, random));
  const auto function = [](auto& tape, const auto& vars) {
    const auto x = vars[0], w = vars[1], v = vars[2];
    const auto y = tape.recomputed(
        5, 4, [x, w, &tape] { return dropout(tape, hadamard(tape, hadamard(tape, x, w), w), 0.4); });
    const auto z = tape.recomputed(5, 4, [x, y, v, &tape] {
      const auto inner = tape.recomputed(5, 4, [y, v, &tape] { return dropout(tape, add(tape, y, v), 0.3); });
      return hadamard(tape, add(tape, x, inner), inner);
    });
    return dropout(tape, add(tape, z, y), 0.2);
  };
  const auto kept = run_backward<float>(inputs, function);
  inputs.recompute_from = 1;
  const auto recomputed = run_backward<float>(inputs, function);
  EXPECT_EQ(recomputed.output, kept.output);
  EXPECT_EQ(recomputed.matrices, kept.matrices);
}

// A value that another Var has taken over is lent when the first one is done with, and not twice.
TEST(Tape, LargeMemoryOfASharedValueIsLentOnce) {
  constexpr Index kSize = Index{1} << 20;
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<float> a = tape.make(1, kSize), b = tape.make(1, kSize);
  const Var<float> x = tape.make(1, kSize);
  const Var<float> y = tape.make_over(x);
  const float *of_a = nullptr, *of_b = nullptr;
  const auto pass = [&tape](Var<float> from, Var<float> to, const float** place) {
    tape.on_backward(from, [=, &tape](const float*) { *place = tape.gradient(to); });
  };
  const float* of_x = nullptr;
  pass(b, a, &of_a);
  pass(x, b, &of_b);
  pass(y, x, &of_x);
  tape.gradient(y);
  tape.backward();
  EXPECT_NE(of_a, nullptr);
  EXPECT_NE(of_a, of_b);
}

TEST(Tape, MemoryOfGradientsThatHaveBeenReadIsLentAgain) {
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<float> a = tape.make(1, 100), b = tape.make(1, 100), c = tape.make(1, 100);
  std::vector<const float*> places;
  std::vector<const float*>* log = &places;
  const auto pass = [&tape, log](Var<float> from, Var<float> to) {
    tape.on_backward(from, [=, &tape](const float* d) {
      log->push_back(d);
      tape.gradient_matrix(to).array() += d[99];  // zero at first, whatever the memory held
    });
  };
  pass(b, a);
  pass(c, b);
  tape.gradient_matrix(c).setConstant(3);
  tape.backward();
  EXPECT_EQ(tape.gradient(a), places[0]);  // where that of c was
  EXPECT_NE(places[0], places[1]);
  EXPECT_EQ(tape.gradient_matrix(a), (Matrix<float>::Constant(1, 100, 3)));
}

// Matrices that fill no cache give their memory to gradients when no rule will read them any more.
TEST(Tape, LargeValuesGiveTheirMemoryToGradients) {
  constexpr Index kLarge = Index{1} << 21;
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<float> a = tape.make(1, kLarge), b = tape.make(1, kLarge), c = tape.make(1, kLarge);
  const Var<float> half = tape.make(1, kLarge / 2);
  for (const Var<float>& var : {a, b, c}) var.matrix().setConstant(1);
  float* kept = tape.keep<float>(kLarge);
  const float *of_a = nullptr, *of_half = nullptr;
  const float **log_a = &of_a, **log_half = &of_half;
  tape.on_backward(b, [=, &tape](const float*) {
    *log_half = tape.gradient(half);
    tape.gradient_matrix(half).setConstant(2);
  });
  tape.on_backward(c, [=, &tape](const float* d) {
    tape.gradient_matrix(b).array() += d[0] + c.value[0];
    *log_a = tape.gradient(a);
    tape.gradient_matrix(a).setConstant(5);
    tape.release(kept, kLarge);
  });
  tape.gradient_matrix(c).setConstant(3);
  tape.backward();
  EXPECT_NE(of_a, c.value);  // c was still needed
  EXPECT_TRUE(of_half == c.value || of_half == kept) << "half of it, rather than new memory";
  EXPECT_EQ(tape.gradient_matrix(a), (Matrix<float>::Constant(1, kLarge, 5)));
  EXPECT_EQ(tape.gradient_matrix(half), (Matrix<float>::Constant(1, kLarge / 2, 2)));
}

// A result in the memory of an argument: that memory is not given away twice.
TEST(Tape, MakesMatricesOverOthers) {
  constexpr Index kLarge = Index{1} << 20;
  const ParameterLayout none;
  Tape<float> tape;
  tape.start(none, nullptr, nullptr, {.gradients = true});
  const Var<float> x = tape.make(1, kLarge), first = tape.make(1, kLarge), second = tape.make(1, kLarge);
  const Var<float> b = tape.make(1, kLarge);
  const Var<float> y = tape.make_over(b);
  EXPECT_EQ(y.value, b.value);
  EXPECT_NE(y.gradient, b.gradient);
  tape.on_backward(x, [=, &tape](const float*) {
    tape.gradient_matrix(first).setConstant(1);
    tape.gradient_matrix(second).setConstant(2);
  });
  tape.on_backward(b, [=, &tape](const float* d) { tape.gradient_matrix(x).setConstant(d[0]); });
  tape.on_backward(y, [=, &tape](const float* d) { tape.gradient_matrix(b).setConstant(d[0] + 1); });
  tape.gradient_matrix(y).setConstant(3);
  tape.backward();
  EXPECT_EQ(tape.gradient_matrix(first), (Matrix<float>::Constant(1, kLarge, 1)));
  EXPECT_EQ(tape.gradient_matrix(second), (Matrix<float>::Constant(1, kLarge, 2)));
  tape.start(none, nullptr, nullptr, {});
  EXPECT_EQ(tape.make_over(tape.make(2, 3)).gradient, nullptr);
}

}  // namespace
}  // namespace plstm::test
