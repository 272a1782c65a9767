#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/language_model_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TrainedLanguageModel small_language_model() {
  TrainedLanguageModel model;
  model.config.vocabulary = 3;
  model.config.width = 8;
  model.config.blocks = 1;
  model.config.heads = 2;
  model.config.tracking = {2, 1, 2, 2, 1};
  model.config.block = SequenceBlockKind::kPostUp;
  model.config.eigenvalues = EigenvalueForm::kExpExp;
  model.config.norm = TransitionNorm::kQr;
  model.config.tied_head = true;
  model.config.dropout = 0.25;
  model.vocabulary = std::string("a\0\xff", 3);
  model.parameters = initial_values<float>(make_language_model(model.config).layout, 5);
  return model;
}

TEST(LanguageModelFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const TrainedLanguageModel model = small_language_model();
  save_language_model(folder / "model.safetensors", model);
  const TrainedLanguageModel read = load_language_model(folder / "model.safetensors");
  EXPECT_EQ(to_json(read.config), to_json(model.config));
  EXPECT_EQ(read.parameters, model.parameters);
  EXPECT_EQ(read.vocabulary, model.vocabulary);
}

TEST(LanguageModelFile, RefusesOtherModels) {
  const TemporaryFolder folder;
  ParameterLayout layout;
  save_checkpoint(folder / "other.safetensors", {"graph_model", "{}"}, layout, {});
  EXPECT_THAT([&] { load_language_model(folder / "other.safetensors"); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("other.safetensors"), HasSubstr("'graph_model'"),
                                             HasSubstr("expected 'language_model'"))));
  save_checkpoint(folder / "misspelt.safetensors", {"language_model", R"({"vocabulry": []})"}, layout, {});
  EXPECT_THAT(
      [&] { load_language_model(folder / "misspelt.safetensors"); },
      ThrowsMessage<FileError>(HasSubstr("unknown entry 'vocabulry', expected one of config, vocabulary")));
  TrainedLanguageModel other = small_language_model();
  other.vocabulary = "ab";
  EXPECT_THAT([&] { save_language_model(folder / "other.safetensors", other); },
              ThrowsMessage<FileError>("its vocabulary has 2 characters, its configuration 3 tokens"));
  save_checkpoint(folder / "empty.safetensors", {"language_model", "{}"}, layout, {});
  EXPECT_THAT([&] { load_language_model(folder / "empty.safetensors"); },
              ThrowsMessage<FileError>(HasSubstr("its description is damaged: ")));
}

}  // namespace
}  // namespace plstm::test
