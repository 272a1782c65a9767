#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/stm/sequences/sequence_operator.hpp>

#include "support/count_allocations.hpp"
#include "support/golden.hpp"
#include "support/seed.hpp"
#include "support/sequence_data.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

std::vector<SequenceOptions> sequence_options() {
  std::vector<SequenceOptions> options{{}};
  for (const int levels : {-1, 0, 1, 3, 5}) {
    options.push_back({SequenceForm::kRecurrent, levels});
    options.push_back({SequenceForm::kChunkwise, levels});
  }
  return options;
}

std::string sequence_label(const SequenceOptions& options) {
  return "form " + std::to_string(static_cast<int>(options.form)) + " levels " +
         std::to_string(options.levels) + " ";
}

TEST(GoldenSequence, MatchesEveryCaseInEveryForm) {
  const nlohmann::json golden = read_golden("plstm1d.json");
  for (const auto& [name, c] : golden.items()) {
    const auto size = [&c = c](const char* key) { return c.at(key).get<Index>(); };
    SequenceData data{{size("batch"),
                       size("length"),
                       1,
                       size("key_dim"),
                       size("value_dim"),
                       {size("JT"), size("JK"), size("JV"), size("JO"), size("JQ")}},
                      golden_data(c.at("query")),
                      golden_data(c.at("key")),
                      golden_data(c.at("value")),
                      golden_data(c.at("source")),
                      golden_data(c.at("transition")),
                      golden_data(c.at("mark")),
                      golden_data(c.at("direct")),
                      {}};
    if (c.contains("initial_state")) data.initial_state = golden_data(c.at("initial_state"));
    for (const SequenceOptions& options : sequence_options()) {
      const std::string label = name + " " + sequence_label(options);
      const SequenceResult r = run_sequence<double>(data, golden_data(c.at("output_gradient")), {options});
      EXPECT_TRUE(matches_golden(label + "output", r.output, c.at("output")));
      EXPECT_TRUE(matches_golden(label + "final_state", r.final_state, c.at("final_state")));
      for_each_sequence_input(
          data.shape,
          [&, &c = c](const std::string& input, Index, const std::vector<double>& gradient) {
            EXPECT_TRUE(matches_golden(label + input, gradient, c.at("grad_" + input)));
          },
          r.gradients);
      if (c.contains("grad_initial_state")) {
        EXPECT_TRUE(
            matches_golden(label + "initial_state", r.gradients.initial_state, c.at("grad_initial_state")));
      }
    }
  }
}

TEST(Sequence, FloatIsCloseToDouble) {
  Random random(kSeed);
  for (const TrackingWidths& tracking : {TrackingWidths{}, TrackingWidths{3, 1, 2, 1, 2}}) {
    const SequenceData data = random_sequence_data({1, 130, 2, 24, 40, tracking}, true, random);
    const auto width = static_cast<std::size_t>(SequenceWidths(data.shape).output);
    const std::vector<double> dy = random_normal<double>(sequence_rows(data.shape) * width, random);
    const SequenceResult expected = run_sequence<double>(data, dy, {{SequenceForm::kRecurrent}});
    for (const SequenceOptions& options : sequence_options()) {
      SCOPED_TRACE(sequence_label(options));
      expect_close(run_sequence<float>(data, dy, {options}), expected, 2e-4);
    }
  }
}

TEST(Sequence, AddsToTheGradients) {
  Random random(kSeed);
  const SequenceData data = random_sequence_data({1, 9, 2, 3, 2, {2, 1, 2, 1, 1}}, true, random);
  const std::vector<double> dy(9 * 2 * 2, 1.0);
  for (const SequenceForm form : {SequenceForm::kRecurrent, SequenceForm::kChunkwise}) {
    SequenceRun from_zero{{form, 2}}, from_three{{form, 2}};
    from_three.start = 3;
    SequenceResult expected = run_sequence<double>(data, dy, from_zero);
    for_each_sequence_input(
        data.shape,
        [](const char*, Index, std::vector<double>& gradient) {
          for (double& x : gradient) x += 3;
        },
        expected.gradients);
    for (double& x : expected.gradients.initial_state) x += 3;
    expect_close(run_sequence<double>(data, dy, from_three), expected, 1e-13);
  }
}

TEST(Sequence, WithoutStepsTheFinalStateIsTheInitialOne) {
  Random random(kSeed);
  const SequenceData data = random_sequence_data({2, 0, 3, 2, 2, {2, 1, 1, 1, 1}}, true, random);
  for (const SequenceOptions& options : sequence_options()) {
    SequenceRun run{options};
    run.final_state_gradient = data.initial_state;
    const SequenceResult r = run_sequence<double>(data, {}, run);
    EXPECT_EQ(r.final_state, data.initial_state) << sequence_label(options);
    EXPECT_EQ(r.gradients.initial_state, data.initial_state) << sequence_label(options);
  }
}

TEST(Sequence, AllocatesNothingInSteadyState) {
  constexpr Index kLength = 90, kHeads = 3, kWidth = 5;
  const ThreadLimit one(1);
  std::vector<float> numbers(kLength * kHeads * kWidth, 0.5F), written(numbers.size());
  const auto rows = heads_in_columns<const float>(numbers.data(), kHeads, 1);
  const auto wide = heads_in_columns<const float>(numbers.data(), kHeads, kWidth);
  const auto to = heads_in_columns(written.data(), kHeads, 1);
  const auto to_wide = heads_in_columns(written.data(), kHeads, kWidth);
  const SequenceInputs<float> inputs{
      {1, kLength, kHeads, kWidth, kWidth, {}}, wide, wide, wide, rows, rows, rows, rows};
  for (const SequenceForm form : {SequenceForm::kRecurrent, SequenceForm::kChunkwise}) {
    SequenceWorkspace<float> workspace;
    SequenceStates<float> states;
    const auto pass = [&](SequenceStates<float>* kept) {
      sequence_forward<float>(inputs, to_wide, nullptr, {form, 4}, workspace, kept);
      sequence_backward<float>(inputs, wide, nullptr, {to_wide, to_wide, to_wide, to, to, to, to}, {form, 4},
                               workspace, kept);
    };
    pass(&states);
    pass(nullptr);
    const std::size_t before = allocations;
    pass(&states);
    pass(nullptr);
    EXPECT_EQ(allocations - before, 0u) << static_cast<int>(form);
  }
}

template <class Run>
std::string sequence_error(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Sequence, RefusesWhatMakesNoSense) {
  SequenceWorkspace<double> workspace;
  const std::vector<double> numbers(64, 1.0);
  std::vector<double> written(64);
  const auto rows = heads_in_columns(numbers.data(), 1, 1);
  const auto to = heads_in_columns(written.data(), 1, 1);
  const SequenceInputs<double> good{{1, 4, 1, 1, 1, {}}, rows, rows, rows, rows, rows, rows, rows};
  const auto forward = [&](const SequenceInputs<double>& inputs, SequenceOptions options,
                           HeadRows<double> output) {
    return sequence_error([&] { sequence_forward<double>(inputs, output, nullptr, options, workspace); });
  };
  EXPECT_EQ(forward(good, {}, to), "no error");
  EXPECT_EQ(forward(good, {SequenceForm::kAuto, 13}, to),
            "sequence_forward: levels is 13, expected 12 or less (negative: chosen from the sizes)");
  EXPECT_EQ(forward(good, {}, {}), "sequence_forward: the output has no data");
  SequenceInputs<double> bad = good;
  bad.shape.key_width = 0;
  EXPECT_EQ(forward(bad, {}, to), "sequence_forward: key_width is 0, expected 1 or more");
  bad = good;
  bad.shape.length = -1;
  EXPECT_EQ(forward(bad, {}, to), "sequence_forward: length is -1, expected 0 or more");
  bad = good;
  bad.shape.tracking.output = 0;
  EXPECT_EQ(forward(bad, {}, to), "sequence_forward: tracking.output is 0, expected 1 or more");
  bad = good;
  bad.mark = {};
  EXPECT_EQ(forward(bad, {}, to), "sequence_forward: inputs.mark has no data");

  const SequenceGradients<double> gradients{to, to, to, to, to, to, to};
  const auto backward = [&](const SequenceGradients<double>& where, const SequenceStates<double>* states) {
    return sequence_error(
        [&] { sequence_backward<double>(good, rows, nullptr, where, {}, workspace, states); });
  };
  SequenceGradients<double> without = gradients;
  without.direct = {};
  EXPECT_EQ(backward(without, nullptr), "sequence_backward: gradients.direct has no data");
  const SequenceStates<double> empty;
  EXPECT_THAT(backward(gradients, &empty), HasSubstr("the states are not those that sequence_forward kept"));
}

}  // namespace
}  // namespace plstm::test
