#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/parallel.hpp>
#include <plstm/graph/line_graph.hpp>

#include "support/operator_data.hpp"
#include "support/random_graph.hpp"
#include "support/run_operator.hpp"
#include "support/seed.hpp"
#include "support/sequence_data.hpp"

namespace plstm::test {
namespace {

// Random sizes, inputs and gradients that come in; half of the cases without state tracking.
struct SequenceCase {
  explicit SequenceCase(std::uint64_t seed) : random(seed) {
    const auto below = [&](std::uint64_t n) { return static_cast<Index>(random.below(n)); };
    const bool plain = below(2) == 0;
    const auto tracking = [&] { return plain ? 1 : 1 + below(3); };
    const Index length = below(5) == 0 ? below(3) : below(80);
    data = random_sequence_data({below(4) == 0 ? below(4) : 1,
                                 length,
                                 1 + below(2),
                                 1 + below(9),
                                 1 + below(9),
                                 {tracking(), tracking(), tracking(), tracking(), tracking()}},
                                below(2) == 0, random);
    // Nothing may be divided by a transition.
    for (double& t : data.transition) {
      if (below(8) == 0) t = 0;
    }
    const SequenceWidths widths(data.shape);
    dy = random_normal<double>(sequence_rows(data.shape) * static_cast<std::size_t>(widths.output), random);
    if (below(2) == 0) {
      const auto states = static_cast<std::size_t>(data.shape.batch * data.shape.heads * widths.state);
      run.final_state_gradient = random_normal<double>(states, random);
    }
    run.keep_states = below(2) == 0;
  }

  SequenceResult in_form(SequenceForm form, int levels) const {
    SequenceRun with_form = run;
    with_form.options = {form, levels};
    return run_sequence<double>(data, dy, with_form);
  }

  Random random;
  SequenceData data;
  std::vector<double> dy;
  SequenceRun run;
};

RC_GTEST_PROP(SequenceLaw, FormsAgree, (std::uint64_t seed)) {
  const SequenceCase c(seed);
  const SequenceResult recurrent = c.in_form(SequenceForm::kRecurrent, -1);
  SequenceResult reference = reference_sequence(c.data);
  reference.gradients = recurrent.gradients;
  expect_close(recurrent, reference, 1e-11);
  for (const int levels : {-1, 0, 1, 2, 4, 5, 9}) {
    SCOPED_TRACE(testing::Message() << "length " << c.data.shape.length << " levels " << levels);
    expect_close(c.in_form(SequenceForm::kChunkwise, levels), recurrent, 1e-10);
    expect_close(c.in_form(SequenceForm::kRecurrent, levels), recurrent, 1e-10);
  }
  expect_close(c.in_form(SequenceForm::kAuto, -1), recurrent, 1e-10);
  RC_ASSERT(!testing::Test::HasFailure());
}

// The loss is a sum of outputs and final states with the gradients that come in as weights.
TEST(SequenceLaw, GradientsMatchDifferences) {
  Random random(kSeed);
  const SequenceShape shape{1, 5, 2, 3, 2, {2, 1, 3, 2, 2}};
  SequenceData data = random_sequence_data(shape, true, random);
  const SequenceWidths widths(shape);
  const auto dy =
      random_normal<double>(sequence_rows(shape) * static_cast<std::size_t>(widths.output), random);
  SequenceRun run{{SequenceForm::kChunkwise, 1}};
  run.final_state_gradient = random_normal<double>(data.initial_state.size(), random);
  const SequenceResult result = run_sequence<double>(data, dy, run);
  const auto loss = [&] {
    const SequenceResult r = reference_sequence(data);
    double sum = 0;
    for (std::size_t i = 0; i < dy.size(); ++i) sum += dy[i] * r.output[i];
    for (std::size_t i = 0; i < r.final_state.size(); ++i)
      sum += run.final_state_gradient[i] * r.final_state[i];
    return sum;
  };
  const auto check = [&](const char* name, std::vector<double>& values, const std::vector<double>& gradient) {
    ASSERT_EQ(values.size(), gradient.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      // The loss is a polynomial of low degree in every entry.
      const double value = values[i], h = 1e-4;
      values[i] = value + h;
      const double above = loss();
      values[i] = value - h;
      const double below = loss();
      values[i] = value;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * h), 1e-7 * std::max(1.0, std::abs(gradient[i])))
          << name << "[" << i << "]";
    }
  };
  for_each_sequence_input(
      shape,
      [&](const char* name, Index, auto& values, const auto& gradient) { check(name, values, gradient); },
      data, result.gradients);
  check("initial_state", data.initial_state, result.gradients.initial_state);
}

// Step i is node i; its mark reads the edge into it, its source writes the edge out of it.
TEST(SequenceLaw, IsTheGraphOperatorOnAChain) {
  constexpr std::size_t kLength = 77, kKeyWidth = 5;
  Random random(kSeed);
  const SequenceData data = random_sequence_data({1, kLength, 1, kKeyWidth, 4, {}}, false, random);
  const double c = 1 / std::sqrt(static_cast<double>(kKeyWidth));
  const auto scaled = [&](std::vector<double> values) {
    for (double& value : values) value *= c;
    return values;
  };
  const auto inner = [](const std::vector<double>& values, std::ptrdiff_t skip_first,
                        std::ptrdiff_t skip_last) {
    return std::vector<double>(values.begin() + skip_first, values.end() - skip_last);
  };
  const Dag dag = chain(static_cast<NodeId>(kLength));
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  const OperatorData on_chain{1,
                              kKeyWidth,
                              4,
                              scaled(data.query),
                              data.key,
                              data.value,
                              inner(data.source, 0, 1),
                              inner(data.transition, 1, 1),
                              inner(data.mark, 1, 0),
                              data.direct};
  const auto dy = random_normal<double>(kLength * 4, random);
  OperatorResult expected = run_operator<double>(graph, on_chain, dy, StmForm::kRecurrent);
  expected.gradients.query = scaled(expected.gradients.query);
  for (const SequenceForm form : {SequenceForm::kRecurrent, SequenceForm::kChunkwise}) {
    const SequenceResult r = run_sequence<double>(data, dy, {{form, 4}});
    const SequenceData& g = r.gradients;
    expect_close(OperatorResult{r.output,
                                {1, kKeyWidth, 4, g.query, g.key, g.value, inner(g.source, 0, 1),
                                 inner(g.transition, 1, 1), inner(g.mark, 1, 0), g.direct}},
                 expected, 1e-11);
    // What only states before the first and after the last step would read.
    EXPECT_EQ(g.source.back(), 0);
    EXPECT_EQ(g.mark.front(), 0);
    EXPECT_EQ(g.transition.front(), 0);
  }
}

TEST(SequenceLaw, BitsDoNotDependOnTheNumberOfThreads) {
  Random random(kSeed);
  for (const TrackingWidths& tracking : {TrackingWidths{}, TrackingWidths{2, 1, 2, 2, 1}}) {
    const SequenceData data = random_sequence_data({1, 301, 3, 24, 33, tracking}, true, random);
    const SequenceWidths widths(data.shape);
    const auto dy =
        random_normal<double>(sequence_rows(data.shape) * static_cast<std::size_t>(widths.output), random);
    SequenceRun run;
    run.final_state_gradient = random_normal<double>(data.initial_state.size(), random);
    for (const SequenceForm form : {SequenceForm::kRecurrent, SequenceForm::kChunkwise}) {
      run.options = {form, 4};
      const auto on = [&](int threads) {
        const ThreadLimit limit(threads);
        return run_sequence<float>(data, dy, run);
      };
      const SequenceResult one = on(1);
      for (const int threads : {2, 4}) EXPECT_TRUE(equal(on(threads), one)) << threads << " threads";
    }
  }
}

// Two halves, the second beginning with the final state of the first.
TEST(SequenceLaw, AStateCarriesASequenceOn) {
  Random random(kSeed);
  const SequenceShape whole{1, 50, 2, 4, 3, {2, 2, 1, 1, 1}};
  const SequenceData data = random_sequence_data(whole, false, random);
  const auto steps = [&](Index begin, Index end) {
    SequenceData part = data;
    part.shape.length = end - begin;
    for_each_sequence_input(
        whole,
        [&](const char*, Index width, const std::vector<double>& from, std::vector<double>& to) {
          to.assign(from.begin() + begin * whole.heads * width, from.begin() + end * whole.heads * width);
        },
        data, part);
    return part;
  };
  const std::vector<double> dy(data.shape.length * whole.heads * whole.value_width, 1.0);
  const auto run = [&](const SequenceData& part) {
    const auto size = sequence_rows(part.shape) * static_cast<std::size_t>(part.shape.value_width);
    return run_sequence<double>(part, std::vector<double>(size, 1.0), {{SequenceForm::kChunkwise, 3}});
  };
  const SequenceResult all = run(data), first = run(steps(0, 21));
  SequenceData rest = steps(21, 50);
  rest.initial_state = first.final_state;
  const SequenceResult second = run(rest);
  std::vector<double> output = first.output;
  output.insert(output.end(), second.output.begin(), second.output.end());
  for (std::size_t i = 0; i < output.size(); ++i) EXPECT_NEAR(output[i], all.output[i], 1e-11) << i;
  for (std::size_t i = 0; i < all.final_state.size(); ++i)
    EXPECT_NEAR(second.final_state[i], all.final_state[i], 1e-11) << i;
}

TEST(SequenceLaw, OutputsDoNotSeeLaterSteps) {
  Random random(kSeed);
  SequenceData data = random_sequence_data({1, 40, 1, 3, 3, {}}, false, random);
  const std::vector<double> dy(120, 1.0);
  for (const SequenceForm form : {SequenceForm::kRecurrent, SequenceForm::kChunkwise}) {
    SequenceData changed = data;
    for (auto* input : {&changed.key, &changed.value, &changed.query, &changed.source, &changed.direct})
      input->back() = 1e3;
    const SequenceResult expected = run_sequence<double>(data, dy, {{form, 4}});
    const SequenceResult actual = run_sequence<double>(changed, dy, {{form, 4}});
    for (std::size_t i = 0; i < 39 * 3; ++i) EXPECT_EQ(actual.output[i], expected.output[i]) << i;
    EXPECT_NE(actual.output[119], expected.output[119]);
  }
}

}  // namespace
}  // namespace plstm::test
