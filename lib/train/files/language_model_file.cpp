#include "plstm/train/files/language_model_file.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

#include "core/files/json_text.hpp"
#include "described_models.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "language_model";
constexpr std::array<std::string_view, 2> kEntries{"config", "vocabulary"};

void check_vocabulary(const TrainedLanguageModel& model) {
  const auto characters = static_cast<Index>(model.vocabulary.size());
  if (characters != 0 && characters != model.config.vocabulary) {
    throw FileError(fmt::format("its vocabulary has {} characters, its configuration {} tokens", characters,
                                model.config.vocabulary));
  }
}

}  // namespace

void save_language_model(const std::filesystem::path& path, const TrainedLanguageModel& model) {
  check_vocabulary(model);
  Json json;
  json["config"] = parse_json(to_json(model.config));
  json["vocabulary"] = Json::array();
  for (const char byte : model.vocabulary) json["vocabulary"].push_back(static_cast<unsigned char>(byte));
  save_described_model(path, kKind,
                       {std::move(json), make_language_model(model.config).layout, model.parameters});
}

TrainedLanguageModel load_language_model(const std::filesystem::path& path) {
  const auto parse = [](std::string_view, const Json& json) {
    check_keys(json, kEntries);
    TrainedLanguageModel model;
    const auto bytes = read_entry<std::vector<std::uint8_t>>(json, "vocabulary");
    model.vocabulary.assign(bytes.begin(), bytes.end());
    model.config = read_config_entry(json, parse_language_model_config);
    check_vocabulary(model);
    return model;
  };
  auto models = load_described_models(path, {{kKind}}, parse, [](const TrainedLanguageModel& model) {
    return make_language_model(model.config).layout;
  });
  return std::move(models.front());
}

}  // namespace plstm
