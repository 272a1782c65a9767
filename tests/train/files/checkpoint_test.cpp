#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/checkpoint.hpp>

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    layout_.add("a.weight", {2, 3}, NormalInit{}, true);
    layout_.add("a.bias", {2}, NormalInit{}, false);
    values_ = initial_values<float>(layout_, 1);
  }
  ~CheckpointTest() override { std::filesystem::remove(path_); }

  ParameterLayout layout_;
  std::vector<float> values_;
  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("plstm_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CheckpointTest, ComesBackAsItWas) {
  save_checkpoint(path_, {"toy", R"({"width": 3})"}, layout_, values_);
  const TensorFile file = read_safetensors(path_);
  const CheckpointInfo info = read_checkpoint_info(path_, file, "toy");
  EXPECT_EQ(info.kind, "toy");
  EXPECT_EQ(info.json, R"({"width":3})");
  EXPECT_EQ(checkpoint_parameters(file, layout_), values_);
}

TEST_F(CheckpointTest, AnotherModelIsRefused) {
  save_checkpoint(path_, {"toy", "{}"}, layout_, values_);
  const TensorFile file = read_safetensors(path_);
  EXPECT_EQ(read_checkpoint_info(path_, file).kind, "toy");
  EXPECT_THAT([&] { read_checkpoint_info(path_, file, "vision_model"); },
              ThrowsMessage<FileError>(
                  HasSubstr(path_.string() + ": holds a model of the kind 'toy', expected 'vision_model'")));
}

TEST_F(CheckpointTest, ParametersThatDoNotFitAreNamed) {
  save_checkpoint(path_, {"toy", "{}"}, layout_, values_);
  const TensorFile file = read_safetensors(path_);
  ParameterLayout more = layout_;
  more.add("b", {1}, ConstantInit{}, false);
  EXPECT_THAT([&] { checkpoint_parameters(file, more); },
              ThrowsMessage<FileError>(HasSubstr("parameter 'b' is missing")));
  ParameterLayout fewer;
  fewer.add("a.weight", {2, 3}, ConstantInit{}, false);
  EXPECT_THAT([&] { checkpoint_parameters(file, fewer); },
              ThrowsMessage<FileError>(HasSubstr("parameter 'a.bias' is unknown")));
  ParameterLayout other;
  other.add("a.weight", {3, 2}, ConstantInit{}, false);
  EXPECT_THAT([&] { checkpoint_parameters(file, other); },
              ThrowsMessage<FileError>(HasSubstr("parameter 'a.weight' is F32 [2, 3], expected F32 [3, 2]")));
}

TEST_F(CheckpointTest, ValuesOfOtherProgramsAreReadByName) {
  TensorFile file;
  const std::vector<double> bias{0.5, -2};
  const std::vector<float> weight{1, 2, 3, 4, 5, 6};
  file.tensors.push_back(make_tensor<double>("a.bias", {2}, bias));
  file.tensors.push_back(make_tensor<float>("a.weight", {2, 3}, weight));
  write_safetensors(path_, file);
  const TensorFile read = read_safetensors(path_);
  const std::vector<float> values = checkpoint_parameters(read, layout_);
  const auto bias_offset = layout_.infos()[1].offset;
  EXPECT_EQ(values[bias_offset], 0.5f);
  EXPECT_EQ(values[bias_offset + 1], -2.0f);
  EXPECT_EQ(values[5], 6.0f);
  EXPECT_THAT([&] { read_checkpoint_info(path_, read); },
              ThrowsMessage<FileError>(HasSubstr("not a model of plstm")));
}

// Damage anywhere, and an edited description, are found; files of format 1 need no digest.
TEST_F(CheckpointTest, DamageIsFound) {
  save_checkpoint(path_, {"toy", R"({"width": 3})"}, layout_, values_);
  const TensorFile good = read_checkpoint(path_);
  EXPECT_EQ(good.metadata.at("plstm_sha256").size(), 64u);
  const auto expect_damage = [&](const TensorFile& file) {
    write_safetensors(path_, file);
    EXPECT_THAT([&] { read_checkpoint(path_); },
                ThrowsMessage<FileError>(AllOf(HasSubstr(path_.string()), HasSubstr("SHA-256"))));
  };
  TensorFile file = good;
  file.tensors[1].bytes[2] ^= std::byte{1};
  expect_damage(file);
  file.metadata.erase("plstm_sha256");
  write_safetensors(path_, file);
  EXPECT_THAT([&] { read_checkpoint_info(path_, read_checkpoint(path_)); },
              ThrowsMessage<FileError>(HasSubstr("its SHA-256 is missing")));
  file.metadata["plstm"] = R"({"format":1,"kind":"toy"})";
  write_safetensors(path_, file);
  EXPECT_EQ(read_checkpoint_info(path_, read_checkpoint(path_)).kind, "toy");
  file = good;
  file.metadata["plstm"] += " ";
  expect_damage(file);
  file = good;
  file.tensors[0].shape = {3, 2};
  expect_damage(file);
  file = good;
  std::swap(file.tensors[0].name, file.tensors[1].name);
  expect_damage(file);
  file = good;
  std::swap(file.tensors[0], file.tensors[1]);
  write_safetensors(path_, file);
  EXPECT_EQ(checkpoint_parameters(read_checkpoint(path_), layout_), values_)
      << "the order of tensors does not matter";
}

TEST_F(CheckpointTest, ParametersAreFinite) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e300}) {
    TensorFile file;
    file.tensors.push_back(make_tensor<double>("a.bias", {2}, std::vector<double>{0.5, bad}));
    file.tensors.push_back(make_tensor<float>("a.weight", {2, 3}, std::vector<float>(6)));
    EXPECT_THAT([&] { checkpoint_parameters(file, layout_); },
                ThrowsMessage<FileError>(HasSubstr("parameter 'a.bias' is")))
        << bad;
  }
}

// A layout that asks for 4 TB is refused by the shapes, before memory is asked for.
TEST_F(CheckpointTest, SizesAreComparedFirst) {
  save_checkpoint(path_, {"toy", "{}"}, layout_, values_);
  ParameterLayout giant;
  giant.add("a.weight", {1'000'000, 1'000'000}, ConstantInit{}, false);
  EXPECT_THAT([&] { checkpoint_parameters(read_safetensors(path_), giant); },
              ThrowsMessage<FileError>(HasSubstr("expected F32 [1000000, 1000000]")));
}

TEST_F(CheckpointTest, DeepDescriptionsAreRefused) {
  save_checkpoint(path_, {"toy", "{}"}, layout_, values_);
  TensorFile file = read_safetensors(path_);
  const std::string depths[] = {std::string(100'000, '['), std::string(100'000, ']')};
  file.metadata["plstm"] = R"({"format":1,"kind":"toy","x":)" + depths[0] + depths[1] + "}";
  EXPECT_THAT([&] { read_checkpoint_info(path_, file); },
              ThrowsMessage<FileError>(HasSubstr("nested more than 64 levels deep")));
}

TEST_F(CheckpointTest, BadDescriptionsAreRefused) {
  for (const char* json : {"3", "{", R"({"kind": "x"})", R"({"format": 1})"}) {
    EXPECT_THROW(save_checkpoint(path_, {"toy", json}, layout_, values_), ConfigError) << json;
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_THROW(save_checkpoint(path_, {"toy", "{}"}, layout_, std::vector<float>(3)), ShapeError);
}

}  // namespace
}  // namespace plstm::test
