#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/language_config.hpp>

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

LanguageModelConfig some_config() {
  LanguageModelConfig config;
  config.vocabulary = 3;
  config.tracking = {2, 1, 2, 2, 1};
  config.block = SequenceBlockKind::kPostUp;
  config.eigenvalues = EigenvalueForm::kExpExp;
  config.norm = TransitionNorm::kQr;
  config.dropout = 0.25;
  return config;
}

TEST(LanguageConfig, ComesBackAsItWas) {
  const LanguageModelConfig config = some_config();
  const LanguageModelConfig read = parse_language_model_config(to_json(config));
  EXPECT_EQ(to_json(read), to_json(config));
  EXPECT_EQ(read.tracking, config.tracking);
  EXPECT_EQ(read.norm, TransitionNorm::kQr);
  EXPECT_EQ(read.dropout, 0.25);
}

TEST(LanguageConfig, IsCheckedByName) {
  nlohmann::json json = nlohmann::json::parse(to_json(some_config()));
  EXPECT_EQ(json.at("eigenvalues"), "expexp");
  EXPECT_EQ(json.at("transition_norm"), "qr");
  EXPECT_EQ(json.at("block"), "post_up");
  json["transition_norm"] = "none";
  EXPECT_THAT([&] { parse_language_model_config(json.dump()); },
              ThrowsMessage<FileError>(HasSubstr("'transition_norm': unknown transition_norm 'none'")));
  json.erase("transition_norm");
  EXPECT_THAT([&] { parse_language_model_config(json.dump()); },
              ThrowsMessage<FileError>("model configuration: 'transition_norm' is missing"));
}

// Version 0.1 had another name for it. Both names at once contradict each other.
TEST(LanguageConfig, ReadsFormerNames) {
  nlohmann::json json = nlohmann::json::parse(to_json(some_config()));
  json["norm"] = "householder_orthogonalization";
  EXPECT_THAT([&] { parse_language_model_config(json.dump()); },
              ThrowsMessage<FileError>("model configuration: unknown setting 'norm'"));
  json.erase("transition_norm");
  EXPECT_EQ(parse_language_model_config(json.dump()).norm, TransitionNorm::kHouseholder);
}

}  // namespace
}  // namespace plstm::test
