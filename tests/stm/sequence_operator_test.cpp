#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/stm/sequence_operator.hpp>

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

}  // namespace
}  // namespace plstm::test
