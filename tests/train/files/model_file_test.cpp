#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/files/safetensors.hpp>

#include "support/temporary_folder.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TrainedModel toy_model() {
  TrainedModel model;
  model.config = toy_config();
  model.config.outputs = 2;
  model.config.pooling = Pooling::kSum;
  stm_body(model.config).gates.transition_std = 0.1;
  model.parameters = initial_values<float>(make_graph_model(model.config).layout, 5);
  model.tasks.resize(2);
  model.target_names = {"logS", "pK, \"quoted\""};
  model.scaler.emplace(std::vector<double>{0.1, 2}, std::vector<double>{1e-3, 3});
  model.featurizer = R"({"orientation":"canonical"})";
  model.precision = Precision::kBfloat16;
  return model;
}

class ModelFileTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "model.safetensors"; }

  // Saves the toy model with its description changed and returns what load_model says.
  std::string message_after(const std::function<void(nlohmann::json&, TensorFile&)>& change) const {
    save_model(path(), toy_model());
    TensorFile file = read_safetensors(path());
    nlohmann::json json = nlohmann::json::parse(file.metadata.at("plstm"));
    // The digest would find any change. Files of format 1 have none.
    file.metadata.erase("plstm_sha256");
    json["format"] = 1;
    change(json, file);
    if (file.metadata.contains("plstm")) file.metadata["plstm"] = json.dump();
    write_safetensors(path(), file);
    try {
      load_model(path());
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
};

TEST_F(ModelFileTest, ComesBackAsItWas) {
  const TrainedModel saved = toy_model();
  save_model(path(), saved);
  const TrainedModel loaded = load_model(path());
  EXPECT_EQ(loaded.parameters, saved.parameters);
  EXPECT_EQ(to_json(loaded.config), to_json(saved.config));
  EXPECT_EQ(loaded.tasks, saved.tasks);
  EXPECT_EQ(loaded.target_names, saved.target_names);
  EXPECT_EQ(loaded.scaler->mean()[0], 0.1);
  EXPECT_EQ(loaded.scaler->scale()[1], 3);
  EXPECT_EQ(loaded.featurizer, saved.featurizer);
  EXPECT_EQ(loaded.precision, saved.precision);
}

TEST_F(ModelFileTest, HoldsSeveralModels) {
  std::vector<TrainedModel> saved{toy_model(), toy_model()};
  saved[1].parameters = initial_values<float>(make_graph_model(saved[1].config).layout, 6);
  saved[1].config.pooling = Pooling::kMean;
  save_models(path(), saved);
  const std::vector<TrainedModel> loaded = load_models(path());
  ASSERT_EQ(loaded.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(loaded[i].parameters, saved[i].parameters);
    EXPECT_EQ(to_json(loaded[i].config), to_json(saved[i].config));
    EXPECT_EQ(loaded[i].target_names, saved[i].target_names);
  }
  try {
    load_model(path());
    FAIL() << "one of two models was taken";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds 2 models"));
  }
  save_models(path(), std::span(saved).first(1));
  EXPECT_EQ(load_model(path()).parameters, saved[0].parameters);
  EXPECT_EQ(load_models(path()).size(), 1u);
  EXPECT_THROW(save_models(path(), {}), ConfigError);
}

// Two networks that have one companion, and one of another.
std::vector<TrainedModel> models_with_companions() {
  std::vector<TrainedModel> models(3, toy_model());
  const TanimotoRidge ridge{
      2, {0, 2, 3}, {{5, 1}, {kNumCountLabels / 4, 255}, {9, 2}}, {0.25, -1}, {1, 2, 3, 4}};
  models[0].companion = models[1].companion = std::make_shared<const Companion>(Companion{ridge, 0.4});
  models[2].companion = std::make_shared<const Companion>(Companion{ridge, 0.7});
  return models;
}

TEST_F(ModelFileTest, HoldsCompanions) {
  const std::vector<TrainedModel> saved = models_with_companions();
  save_models(path(), saved);
  const std::vector<TrainedModel> loaded = load_models(path());
  ASSERT_EQ(loaded.size(), 3u);
  EXPECT_EQ(*loaded[0].companion, *saved[0].companion);
  EXPECT_EQ(loaded[1].companion, loaded[0].companion);
  EXPECT_EQ(*loaded[2].companion, *saved[2].companion);
  EXPECT_EQ(loaded[2].parameters, saved[2].parameters);
  save_model(path(), saved[2]);
  EXPECT_EQ(*load_model(path()).companion, *saved[2].companion);
}

TEST_F(ModelFileTest, RefusesCompanionsThatDoNotFit) {
  const auto message = [&](const std::function<void(nlohmann::json&, TensorFile&)>& change) {
    return message_after([&](nlohmann::json& json, TensorFile& file) {
      save_model(path(), models_with_companions().front());
      file = read_safetensors(path());
      file.metadata.erase("plstm_sha256");
      json = nlohmann::json::parse(file.metadata.at("plstm"));
      json["format"] = 1;
      change(json, file);
    });
  };
  const auto tensor = [](TensorFile& file, const std::string& part) -> Tensor& {
    return *std::ranges::find(file.tensors, "companions.0." + part, &Tensor::name);
  };
  EXPECT_EQ(message([](auto&, auto&) {}), "no error");
  EXPECT_THAT(message([](auto& json, auto&) { json["companion"] = 1; }), HasSubstr("companion 1 of 1"));
  EXPECT_THAT(message([](auto& json, auto&) { json.erase("companion"); }), HasSubstr("no model has"));
  EXPECT_THAT(message([](auto&, auto& file) {
                std::erase_if(file.tensors, [](const Tensor& t) { return t.name == "companions.0.means"; });
              }),
              HasSubstr("'companions.0.means' is missing"));
  EXPECT_THAT(message([&](auto&, auto& file) { tensor(file, "counts").name = "companions.0.sizes"; }),
              HasSubstr("'companions.0.counts' is missing"));
  EXPECT_THAT(message([](auto&, auto& file) {
                file.tensors.push_back(make_tensor<float>("companions.7", {1}, std::vector<float>{1}));
              }),
              HasSubstr("'companions.7' is unknown"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                tensor(file, "share") =
                    make_tensor<double>("companions.0.share", {1}, std::vector<double>{1.5});
              }),
              HasSubstr("share is 1.5"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                tensor(file, "offsets") = make_tensor<std::int64_t>("companions.0.offsets", {3},
                                                                    std::vector<std::int64_t>{0, 9, 3});
              }),
              HasSubstr("offsets"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                tensor(file, "means") =
                    make_tensor<double>("companions.0.means", {1}, std::vector<double>{1});
              }),
              HasSubstr("weights"));
}

TEST_F(ModelFileTest, HoldsForestsOfCompanions) {
  TrainedModel model = toy_model();
  model.tasks[1].type = TaskType::kClassification;
  Companion companion = *models_with_companions().front().companion;
  companion.forest.labels = {2, 5};
  companion.forest.values = 1;
  companion.forest.forests = {
      {}, {{{1, 2, 1.5F, 0.5F}, {-1, 0, 0, 0.25F}, {-1, 0, 0, 1}, {-1, 0, 0, 0.5F}}, {0, 3}, 3}};
  companion.forest.curves = {{0, 0}, {2, -1}};
  model.companion = std::make_shared<const Companion>(companion);
  save_model(path(), model);
  EXPECT_EQ(*load_model(path()).companion, companion);
  const auto message_with = [&](const char* tensor, std::uint32_t number) {
    return message_after([&](nlohmann::json& json, TensorFile& file) {
      save_model(path(), model);
      file = read_safetensors(path());
      file.metadata.erase("plstm_sha256");
      json = nlohmann::json::parse(file.metadata.at("plstm"));
      json["format"] = 1;
      Tensor& found =
          *std::ranges::find(file.tensors, std::string("companions.0.forest_") + tensor, &Tensor::name);
      std::vector<std::uint32_t> numbers = tensor_values<std::uint32_t>(found);
      numbers[0] = number;
      found = make_tensor<std::uint32_t>(found.name, found.shape, std::span<const std::uint32_t>(numbers));
    });
  };
  EXPECT_THAT(message_with("trees", 1), HasSubstr("contradict each other"));
  EXPECT_THAT(message_with("sizes", 2'000'000'000), HasSubstr("contradict each other"));
  EXPECT_THAT(message_with("columns", 3), HasSubstr("reads column 3 of 3"));
  EXPECT_THAT(message_with("columns", 4'000'000'000), HasSubstr("out of range"));
  EXPECT_THAT(message_with("right", 3), HasSubstr("leads to node 3"));
  EXPECT_THAT(message_with("labels", 9), HasSubstr("ascend"));
}

// A network with a calibration and with what it has seen.
TrainedModel certain_model() {
  TrainedModel model = toy_model();
  Calibration calibration;
  for (const Task& task : model.tasks) {
    calibration.typical_errors.push_back(task.type == TaskType::kRegression ? 0.5 : 0);
    for (std::size_t i = 0; i < num_score_lists(task); ++i) {
      calibration.scores.push_back(make_conformal_scores({0.25, 1}));
    }
  }
  model.calibration = std::make_shared<const Calibration>(std::move(calibration));
  model.domain =
      std::make_shared<const TrainingDomain>(TrainingDomain{1, 9, {0, 3}, {}, {4, 17}, {0, 2, 3}, {5, 9, 5}});
  return model;
}

TEST_F(ModelFileTest, HoldsCalibrationsAndDomains) {
  std::vector<TrainedModel> saved(3, certain_model());
  saved[2] = toy_model();
  save_models(path(), saved);
  const std::vector<TrainedModel> loaded = load_models(path());
  ASSERT_EQ(loaded.size(), 3u);
  EXPECT_EQ(*loaded[0].calibration, *saved[0].calibration);
  EXPECT_EQ(*loaded[0].domain, *saved[0].domain);
  EXPECT_EQ(loaded[1].calibration, loaded[0].calibration) << "they share one";
  EXPECT_EQ(loaded[1].domain, loaded[0].domain);
  EXPECT_EQ(loaded[2].calibration, nullptr);
  EXPECT_EQ(loaded[2].domain, nullptr);
}

TEST_F(ModelFileTest, RefusesCalibrationsAndDomainsThatDoNotFit) {
  const auto message = [&](const std::function<void(nlohmann::json&, TensorFile&)>& change) {
    return message_after([&](nlohmann::json& json, TensorFile& file) {
      save_model(path(), certain_model());
      file = read_safetensors(path());
      file.metadata.erase("plstm_sha256");
      json = nlohmann::json::parse(file.metadata.at("plstm"));
      json["format"] = 1;
      change(json, file);
    });
  };
  const auto replace = []<class T>(TensorFile& file, const std::string& name, const std::vector<T>& values) {
    *std::ranges::find(file.tensors, name, &Tensor::name) =
        make_tensor<T>(name, {std::ssize(values)}, std::span<const T>(values));
  };
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(message([](auto&, auto&) {}), "no error");
  EXPECT_THAT(message([](auto& json, auto&) { json["calibration"] = 1; }), HasSubstr("calibration 1 of 1"));
  EXPECT_THAT(message([](auto& json, auto&) { json.erase("domain"); }),
              HasSubstr("a domain that no model has"));
  EXPECT_THAT(message([&](auto&, auto& file) { replace(file, "calibrations.0.counts", Numbers{2}); }),
              HasSubstr("'calibrations.0.scores' has"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                replace(file, "calibrations.0.counts", Numbers{std::int64_t{1} << 62, 2});
              }),
              HasSubstr("too few for its counts"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                replace(file, "calibrations.0.typical_errors", std::vector<double>{1});
              }),
              HasSubstr("typical errors"));
  EXPECT_THAT(message([&](auto&, auto& file) { replace(file, "domains.0.nodes", Numbers{1}); }),
              HasSubstr("'domains.0.nodes' has 1 numbers"));
  EXPECT_THAT(message([&](auto&, auto& file) {
                replace(file, "domains.0.offsets", Numbers{0, 9, 3});
              }),
              HasSubstr("offsets"));
  EXPECT_THAT(message([](auto&, auto& file) {
                file.tensors.push_back(make_tensor<float>("domains.x", {1}, std::vector<float>{1}));
              }),
              HasSubstr("'domains.x' is unknown"));
}

TEST_F(ModelFileTest, TasksOfDifferentTypes) {
  TrainedModel saved = toy_model();
  saved.tasks = {{TaskType::kRegression, 0, 2.0}, {TaskType::kMulticlass, 3}};
  saved.config.outputs = 4;
  saved.parameters = initial_values<float>(make_graph_model(saved.config).layout, 5);
  save_model(path(), saved);
  EXPECT_EQ(load_model(path()).tasks, saved.tasks);
  saved.tasks.pop_back();
  EXPECT_THROW(save_model(path(), saved), FileError);
}

TEST_F(ModelFileTest, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(message_after([](auto&, TensorFile& f) { f.metadata.clear(); }),
              HasSubstr("not a model of plstm"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["format"] = 99; }), HasSubstr("format 99"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["precision"] = "half"; }),
              HasSubstr("precision 'half' is unknown"));
  EXPECT_EQ(message_after([](auto& json, auto&) { json.erase("precision"); }), "no error");
  EXPECT_THAT(message_after([](auto& json, auto&) { json = 3; }), HasSubstr("description is damaged"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"].erase("width"); }),
              HasSubstr("'width' is missing"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["colour"] = 1; }),
              HasSubstr("unknown setting 'colour'"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["heads"] = "many"; }),
              HasSubstr("'heads'"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["heads"] = 3; }),
              HasSubstr("multiple of heads"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["target_names"] = {"a"}; }),
              HasSubstr("do not fit 1 targets"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json.erase("task"); }), HasSubstr("task"));
  EXPECT_THAT(message_after([](auto&, TensorFile& f) { f.tensors.pop_back(); }), HasSubstr("is missing"));
  EXPECT_THAT(
      message_after([](auto&, TensorFile& f) { f.tensors.push_back(make_tensor<float>("extra", {0}, {})); }),
      HasSubstr("'extra' is unknown"));
  EXPECT_THAT(message_after([](auto&, TensorFile& f) {
                f.tensors[0].shape = {f.tensors[0].shape[0], 1, 1};
              }),
              HasSubstr("expected F32 ["));
}

TEST_F(ModelFileTest, RefusesContradictionsAndUnknownEntries) {
  const auto expect = [&](const char* message, const std::function<void(nlohmann::json&)>& change) {
    EXPECT_THAT(message_after([&](auto& json, auto&) { change(json); }), HasSubstr(message));
  };
  expect("unknown entry 'target_maen'", [](auto& json) {
    json["target_maen"] = json["target_mean"];
    json.erase("target_mean");
  });
  expect("'target_mean' is missing", [](auto& json) { json.erase("target_mean"); });
  expect("'target_scale' is missing", [](auto& json) { json.erase("target_scale"); });
  expect("'target_names' is missing", [](auto& json) { json.erase("target_names"); });
  expect("'config' is missing", [](auto& json) { json.erase("config"); });
  expect("'target_mean': expected a number, not null", [](auto& json) {
    json["target_mean"] = {1, nullptr};
  });
  expect("'target_names': expected text, not 1", [](auto& json) { json["target_names"] = {"a", 1}; });
  expect("scale 0, expected finite numbers and a positive scale", [](auto& json) {
    json["target_scale"] = {1, 0};
  });
  expect("scale -1,", [](auto& json) { json["target_scale"] = {1, -1}; });
  expect("has mean 1 and scale 1e+39, expected at most 3.4", [](auto& json) {
    json["target_mean"] = {1, 1};
    json["target_scale"] = {1, 1e39};
  });
  expect("'tasks' stands there beside 'task'", [](auto& json) { json["tasks"] = nlohmann::json::array(); });
  expect("unknown entry 'wieght'", [](auto& json) {
    for (int i = 0; i < 2; ++i)
      json["tasks"].push_back({{"task", "regression"}, {"classes", 0}, {"wieght", 1}});
    json.erase("task");
    json.erase("classes");
  });
  expect("'classes' is 9000000000000000000, expected at most",
         [](auto& json) { json["classes"] = 9'000'000'000'000'000'000; });
  expect("'classes': expected a whole number, not 0.5", [](auto& json) { json["classes"] = 0.5; });
  expect("epsilon is -1, expected more than 0", [](auto& json) { json["config"]["epsilon"] = -1; });
  expect("dropout is 1, expected 0 <= dropout < 1", [](auto& json) { json["config"]["dropout"] = 1; });
  expect("feature widths must not be negative", [](auto& json) { json["config"]["node_value_width"] = -1; });
  expect("'node_value_width': expected a whole number that fits",
         [](auto& json) { json["config"]["node_value_width"] = std::int64_t{1} << 32; });
  expect("'heads': expected a whole number that fits", [](auto& json) { json["config"]["heads"] = ~0ull; });
  expect("'width': expected a whole number, not 8.5", [](auto& json) { json["config"]["width"] = 8.5; });
  expect("'gated': expected true or false, not 1", [](auto& json) { json["config"]["gated"] = 1; });
  expect("format 0, this version of plstm reads 1 to 2", [](auto& json) { json["format"] = 0; });
  expect("its SHA-256 is missing", [](auto& json) { json["format"] = 2; });
}

TEST_F(ModelFileTest, RefusesASettingThatStandsTwice) {
  save_model(path(), toy_model());
  TensorFile file = read_safetensors(path());
  std::string& text = file.metadata["plstm"];
  text.replace(text.find("\"format\":2"), 10, "\"format\":1");
  text.replace(text.find("\"heads\":"), 8, "\"heads\":4,\"heads\":");
  file.metadata.erase("plstm_sha256");
  write_safetensors(path(), file);
  EXPECT_THAT([&] { load_model(path()); },
              ThrowsMessage<FileError>(HasSubstr("'heads' comes twice in an object")));
}

TEST_F(ModelFileTest, RefusesParametersThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(
        message_after(
            [&](auto&, TensorFile& f) { std::memcpy(f.tensors[2].bytes.data() + 4, &bad, sizeof(bad)); }),
        AllOf(HasSubstr("parameter '"), HasSubstr("at its place 1, and every parameter must be finite")));
    TrainedModel model = toy_model();
    model.parameters[1] = bad;
    std::filesystem::remove(path());
    EXPECT_THAT([&] { save_model(path(), model); },
                ThrowsMessage<ConfigError>(AllOf(HasSubstr("not written: parameter '"),
                                                 HasSubstr("at its place 1, and every parameter"))));
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
}

// Files from before there were other bodies, and values of whole graphs.
TEST_F(ModelFileTest, SettingsAddedLaterHaveDefaults) {
  EXPECT_EQ(message_after([](auto& json, auto&) {
              json["config"].erase("body");
              json["config"].erase("layers");
            }),
            "no error");
  nlohmann::json json = nlohmann::json::parse(to_json(toy_config()));
  for (const char* name : {"body", "layers", "neighbours", "graph_value_width", "graph_value_mean",
                           "graph_value_scale", "graph_value_layer", "graph_value_dropout", "path_totals"}) {
    ASSERT_EQ(json.erase(name), 1u) << name;
  }
  EXPECT_EQ(to_json(parse_graph_model_config(json.dump())), to_json(toy_config()));
  EXPECT_EQ(kind_of(parse_graph_model_config(json.dump()).body), GraphBodyKind::kStm);
  json["colour"] = 1;
  EXPECT_THROW(parse_graph_model_config(json.dump()), FileError);
  EXPECT_THAT(
      message_after([](auto& json, auto&) { json["config"]["body"] = "soul"; }),
      HasSubstr("unknown body 'soul', expected one of plstm, gcn, gat, gin, mpnn, lstm, gcn-directed, "
                "gin-directed, lstm-directed, dagnn, dvae, tree-lstm, max-plus, dag-transformer, none"));
}

// A file cannot make us allocate more than it holds.
TEST_F(ModelFileTest, RefusesAGiantConfigurationBeforeMakingIt) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::int64_t>>{
           {"width", 8'000'000}, {"outputs", 1'000'000'000}, {"graph_value_width", 1'000'000'000}}) {
    EXPECT_THAT(
        message_after([&, &key = key, &value = value](auto& json, auto&) { json["config"][key] = value; }),
        HasSubstr("asks for more parameters"))
        << key;
  }
  EXPECT_THAT(message_after([](auto& json, auto&) {
                json["config"]["graph_value_width"] = 100'000;
                json["config"]["graph_value_layer"] = 100'000;
              }),
              HasSubstr("asks for more parameters"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["pd_blocks"] = 1'000'000'000; }),
              HasSubstr("pd_blocks is 1000000000, expected 0 to 512"));
  EXPECT_THAT(message_after([](auto& json, auto&) {
                json["config"]["body"] = "mpnn";
                json["config"]["layers"] = 1'000'000'000;
              }),
              HasSubstr("layers is 1000000000, expected 1 to 1024"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["node_value_width"] = 50'000'000; }),
              HasSubstr("asks for more parameters"));
  EXPECT_THAT(message_after([](auto& json, auto&) { json["config"]["pd_blocks"] = 512; }),
              HasSubstr("asks for more parameters"));
  EXPECT_THAT(message_after([](auto& json, auto&) {
                json["config"]["edge_encoder"] = false;
                json["config"]["layer"] = "node";
                json["config"]["max_degree"] = 2'000'000'000;
              }),
              HasSubstr("max_degree is 2000000000, expected 0 to 32768"));
}

TEST_F(ModelFileTest, RefusesFilesThatAreNone) {
  EXPECT_THROW(load_model(path()), FileError);
  std::ofstream(path()) << "not a model";
  EXPECT_THROW(load_model(path()), FileError);
}

TEST_F(ModelFileTest, HoldsColumnsOfCompanionsAndDomains) {
  TrainedModel model = certain_model();
  Companion companion = *models_with_companions().front().companion;
  companion.ridge.kernel = {{300}, {20}, 0.25, 0.25, 0.5, 2};
  companion.ridge.values = {-1.5, 0.5};
  companion.ridge.descriptors = {{1, 2}, {3, 4}, 0.25, 0.75, 0, 4};
  companion.ridge.descriptor_values = {-1.5F, 0.5F, 0.25F, 2};
  model.companion = std::make_shared<const Companion>(companion);
  TrainingDomain domain = *model.domain;
  domain.columns = {{273, 373, true}};
  model.domain = std::make_shared<const TrainingDomain>(domain);
  save_model(path(), model);
  const TrainedModel loaded = load_model(path());
  EXPECT_EQ(*loaded.companion, companion);
  EXPECT_EQ(*loaded.domain, domain);
  EXPECT_THAT(message_after([&](nlohmann::json& json, TensorFile& file) {
                save_model(path(), model);
                file = read_safetensors(path());
                file.metadata.erase("plstm_sha256");
                json = nlohmann::json::parse(file.metadata.at("plstm"));
                json["format"] = 1;
                std::ranges::find(file.tensors, "companions.0.kernel", &Tensor::name)->name =
                    "companions.0.kernels";
              }),
              HasSubstr("'companions.0.kernels' is unknown"));
}

}  // namespace
}  // namespace plstm::test
