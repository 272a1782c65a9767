#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/vision_config.hpp>

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

using Json = nlohmann::ordered_json;

// With every value moved away from its default, what is read and written again must be the same.
template <class Parse>
void expect_round_trip(const std::string& defaults, const Json& names, const Parse& parse) {
  Json json = Json::parse(defaults);
  for (auto& item : json.items()) {
    Json& value = item.value();
    if (value.is_boolean()) {
      value = !value.get<bool>();
    } else if (value.is_number_integer()) {
      value = value.get<int>() + 1;
    } else if (value.is_number()) {
      value = value.get<double>() + 0.5;
    } else {
      value = names.at(item.key());
    }
  }
  EXPECT_EQ(Json::parse(to_json(parse(json.dump()))), json);
  for (const auto& item : json.items()) {
    const std::string name = item.key();
    if (name == "gate_bias_std") continue;  // models of before lack it
    Json less = json;
    less.erase(name);
    EXPECT_THAT([&] { parse(less.dump()); },
                ThrowsMessage<FileError>("model configuration: '" + name + "' is missing"));
  }
}

TEST(VisionConfig, EverySettingIsWrittenAndRead) {
  expect_round_trip(to_json(VisionModelConfig()),
                    {{"blocks", "d"},
                     {"chirality", "right"},
                     {"pooling", "centre"},
                     {"eigenvalues", "expexp"},
                     {"transition_norm", "qr"}},
                    parse_vision_model_config);
  expect_round_trip(to_json(VisionTransformerConfig()), {{"pooling", "cls"}},
                    parse_vision_transformer_config);
}

TEST(VisionConfig, SettingsReachTheirMembers) {
  VisionModelConfig config;
  config.blocks = VisionBlocks::kP;
  config.tracking.state = 3;
  config.gates.gate_bias = -1;
  config.gates.transition.eigenvalue_low = 0.25;
  const VisionModelConfig again = parse_vision_model_config(to_json(config));
  EXPECT_EQ(again.blocks, VisionBlocks::kP);
  EXPECT_EQ(again.tracking, config.tracking);
  EXPECT_EQ(again.gates.gate_bias, -1);
  EXPECT_EQ(again.gates.transition.eigenvalue_low, 0.25);
}

TEST(VisionConfig, ReadsModelsOfBefore) {
  VisionModelConfig config;
  config.gates.gate_bias_std = 2;
  auto json = Json::parse(to_json(config));
  EXPECT_EQ(parse_vision_model_config(json.dump()).gates.gate_bias_std, 2);
  json.erase("gate_bias_std");
  EXPECT_EQ(parse_vision_model_config(json.dump()).gates.gate_bias_std, 0);
}

// Version 0.1 had other names for what language models have, too.
TEST(VisionConfig, ReadsFormerNames) {
  VisionModelConfig config;
  config.tracking = {2, 3, 4, 5, 6};
  config.gates.transition = {0.25, 0.75, 0.5, 2, 3};
  auto json = Json::parse(to_json(config));
  const auto rename = [&](const char* name, const char* former) {
    json[former] = json.at(name);
    EXPECT_THROW(parse_vision_model_config(json.dump()), FileError) << "both names stand there";
    json.erase(name);
  };
  rename("JT", "tracking_state");
  rename("JK", "tracking_key");
  rename("JV", "tracking_value");
  rename("JO", "tracking_output");
  rename("JQ", "tracking_query");
  rename("eigenvalue_weight_std", "transition_weight_std");
  rename("matrix_bias", "transition_matrix_bias");
  rename("matrix_weight_std", "transition_matrix_std");
  EXPECT_EQ(to_json(parse_vision_model_config(json.dump())), to_json(config));
}

TEST(VisionConfig, ComplainsAboutOtherTexts) {
  const auto expect = [](const std::string& message, const std::string& text) {
    EXPECT_THAT([&] { parse_vision_model_config(text); }, ThrowsMessage<FileError>(message));
  };
  expect("model configuration: not a JSON object", "[]");
  expect("model configuration: not a JSON object", "{");
  auto json = Json::parse(to_json(VisionModelConfig()));
  json["blocks"] = "q";
  expect("model configuration: 'blocks': unknown blocks 'q', expected one of pd, p, d", json.dump());
  json["blocks"] = "p";
  json["heads"] = 2.5;
  expect("model configuration: 'heads': expected a whole number, not 2.5", json.dump());
  json["heads"] = std::uint64_t{1} << 63;
  expect("model configuration: 'heads': expected a whole number that fits, not 9223372036854775808",
         json.dump());
  json["heads"] = 4;
  json["positions"] = 1;
  expect("model configuration: 'positions': expected true or false, not 1", json.dump());
  json["positions"] = true;
  json["dropout"] = "0.5";
  expect("model configuration: 'dropout': expected a number, not \"0.5\"", json.dump());
  json["dropout"] = 0;
  expect("model configuration: lists and objects are nested more than 64 levels deep",
         std::string(100'000, '['));
  json["colour"] = 1;
  expect("model configuration: unknown setting 'colour'", json.dump());
}

}  // namespace
}  // namespace plstm::test
