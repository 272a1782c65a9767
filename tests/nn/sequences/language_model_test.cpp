#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/sequences/language_model.hpp>

#include "support/golden.hpp"
#include "support/golden_model.hpp"
#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

LanguageModelConfig tiny_config() {
  LanguageModelConfig config;
  config.vocabulary = 5;
  config.width = 8;
  config.blocks = 1;
  config.heads = 2;
  config.tracking = {2, 1, 2, 2, 1};
  config.block = SequenceBlockKind::kPostUp;
  return config;
}

auto run_model(const LanguageModel& model, const std::vector<std::int32_t>& tokens, Index length) {
  return [&model, &tokens, length](auto& tape, const auto&) {
    return forward(tape, model, std::span<const std::int32_t>(tokens), length);
  };
}

TEST(GoldenLanguageModel, ValuesAndAllGradients) {
  const nlohmann::json golden = read_golden("language_models.json");
  ASSERT_EQ(golden.size(), 2u);
  for (const auto& [name, c] : golden.items()) {
    const nlohmann::json& given = c.at("config");
    LanguageModelConfig config;
    config.vocabulary = given.at("vocab_size");
    config.width = given.at("embedding_dim");
    config.blocks = given.at("num_blocks");
    config.block =
        given.at("block_type") == "pre_up" ? SequenceBlockKind::kPreUp : SequenceBlockKind::kPostUp;
    const LanguageModel model = make_language_model(config);
    LayerInputs inputs{model.layout};
    set_golden_parameters(inputs, c.at("parameters"), "");
    std::vector<std::int32_t> tokens;
    for (const double token : golden_data(c.at("input"))) tokens.push_back(static_cast<std::int32_t>(token));
    const auto result = run_backward<double>(inputs, run_model(model, tokens, given.at("context_length")), 0,
                                             golden_rows(c.at("output_gradient")));
    EXPECT_TRUE(matches_golden(name + " output", entries_of(result.output), c.at("output"), 1e-9));
    // The random transitions of two pre-up blocks are so large that rounding grows a millionfold: the outputs
    // in the file are 4e-11 away from those in extended precision.
    const double tolerance = config.blocks > 1 ? 1e-7 : 1e-10;
    EXPECT_TRUE(gradients_match_golden(name, inputs, result, c.at("grad_parameters"), "", tolerance));
  }
}

TEST(LanguageModel, GradientsMatchWithATiedHeadAndWithout) {
  const std::vector<std::int32_t> tokens{0, 3, 4, 1, 1, 2};
  for (const bool tied : {true, false}) {
    LanguageModelConfig config = tiny_config();
    config.tied_head = tied;
    config.outputs = tied ? 0 : 3;
    config.soft_cap = tied ? 10 : 0;
    const LanguageModel model = make_language_model(config);
    Random random(kSeed);
    const LayerInputs inputs{model.layout, random_values(model.layout, 0.3, random)};
    EXPECT_TRUE(gradients_match(inputs, run_model(model, tokens, 3), {.relative = 1e-5, .most_entries = 4}));
    EXPECT_EQ(evaluate<double>(inputs, run_model(model, tokens, 3)).cols(), tied ? 5 : 3);
    EXPECT_EQ(model.head.valid(), !tied);
  }
}

TEST(LanguageModel, LogitsStayBelowTheCap) {
  LanguageModelConfig config = tiny_config();
  config.soft_cap = 0.5;
  const LanguageModel model = make_language_model(config);
  Random random(kSeed);
  const std::vector<std::int32_t> tokens{0, 1, 2, 3};
  const LayerInputs inputs{model.layout, random_values(model.layout, 3, random)};
  const Matrix<double> logits = evaluate<double>(inputs, run_model(model, tokens, 4));
  EXPECT_LE(logits.cwiseAbs().maxCoeff(), 0.5);
  EXPECT_GT(logits.cwiseAbs().maxCoeff(), 0.3);
}

TEST(LanguageModel, RefusesTokensAndSettings) {
  const LanguageModel model = make_language_model(tiny_config());
  const LayerInputs inputs{model.layout, initial_values<double>(model.layout, kSeed)};
  const std::vector<std::int32_t> five{0, 1, 2, 3, 4}, outside{0, 5};
  EXPECT_THAT([&] { evaluate<double>(inputs, run_model(model, five, 2)); },
              ThrowsMessage<ShapeError>("language model: sequences of length 2 do not fill 5 tokens"));
  EXPECT_THAT([&] { evaluate<double>(inputs, run_model(model, outside, 2)); },
              ThrowsMessage<ShapeError>("embedding_sum: code 5 in column 0 of row 1, expected 0..4"));
  const auto make = [](auto change) {
    return [change] {
      LanguageModelConfig config = tiny_config();
      change(config);
      make_language_model(config);
    };
  };
  EXPECT_THAT(make([](auto& c) { c.vocabulary = 0; }),
              ThrowsMessage<ConfigError>("language model: vocabulary is 0, expected at least 1"));
  EXPECT_THAT(make([](auto& c) { c.sub_head_width = 3; }),
              ThrowsMessage<ConfigError>(
                  "language model: sub_head_width 3 does not divide the width 8 of the layers"));
  EXPECT_THAT(make([](auto& c) { c.tied_head = true, c.outputs = 3; }),
              ThrowsMessage<ConfigError>("language model: a tied head has 5 outputs, one per token, not 3"));
  EXPECT_THAT(make([](auto& c) { c.dropout = 1; }),
              ThrowsMessage<ConfigError>("language model: dropout is 1, expected 0 <= dropout < 1"));
  EXPECT_THAT(make([](auto& c) { c.soft_cap = -1; }),
              ThrowsMessage<ConfigError>("language model: soft_cap is -1, expected 0 (none) or more"));
}

}  // namespace
}  // namespace plstm::test
