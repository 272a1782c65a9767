#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/data/arrow.hpp>
#include <plstm/data/png.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/safetensors.hpp>

#include "apps/program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Images of 64 x 64 as 4 x 4 patches, and as little of everything as there can be.
const std::string kTiny =
    " --size 64 --patch 16 --hidden-dim 8 --heads 2 --blocks 2 --images 24 --validation-images 8 --epochs 2"
    " --batch-size 8 --warmup-epochs 1 --test-images 6 --test-factors 1,2 --quiet";

// The same with another value of one flag.
std::string tiny_with(const std::string& flag, const std::string& value) {
  std::string flags = kTiny;
  const std::size_t at = flags.find(" " + flag + " ");
  if (at != std::string::npos) flags.erase(at, flags.find(' ', at + flag.size() + 2) - at);
  return flags + " " + flag + " " + value;
}

class ArrowProgram : public Program {
 protected:
  ArrowProgram() : Program(PLSTM_ARROW) {}

  std::string run_well(const std::string& arguments) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, 0) << arguments << "\n" << r.err;
    EXPECT_EQ(r.err, "");
    return r.out;
  }
  void expect_error(const std::string& arguments, int code, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.err;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    EXPECT_THAT(r.err, StartsWith("plstm-arrow: error: "));
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(""))) {
      EXPECT_NE(entry.path().extension(), ".partial") << entry.path() << " was left behind by " << arguments;
    }
  }
  nlohmann::json json_of(const std::string& file) const {
    return nlohmann::json::parse(read_text(path(file)));
  }
};

TEST_F(ArrowProgram, GenerateWritesImagesLabelsAndASheet) {
  EXPECT_THAT(run_well("generate -o images --count 5 --size 128 --reference-size 64 --seed 3"),
              StartsWith("5 images of 128 x 128, "));
  const std::vector<std::string> labels = lines_of(read_text(path("images/labels.csv")));
  ASSERT_EQ(labels.size(), 6u);
  EXPECT_THAT(labels[0], StartsWith("file,hit,arrow_x,arrow_y,"));
  for (std::size_t i = 0; i < 5; ++i) {
    const ArrowScene scene = arrow_scene({128, 64}, 3, i);
    const std::string file = "00000" + std::to_string(i) + ".png";
    EXPECT_EQ(read_png(path("images/" + file)), draw_arrow({128, 64}, scene));
    EXPECT_THAT(labels[i + 1], StartsWith(file + (scene.hit ? ",1," : ",0,")));
  }
  const Image sheet = read_png(path("images/contact_sheet.png"));
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_GT(sheet.cols, 3 * 128);

  run_well("show -o some.png -i images --count 2");
  run_well("show -o drawn.png --size 128 --reference-size 64 --seed 3 --count 2");
  EXPECT_EQ(read_png(path("some.png")).rows, read_png(path("drawn.png")).rows);
}

TEST_F(ArrowProgram, TrainLeavesARunThatCanBeEvaluated) {
  EXPECT_THAT(run_well("train -o run --model pd" + kTiny + " --threads 1"), HasSubstr("written to run"));
  const nlohmann::json results = json_of("run/results.json");
  EXPECT_EQ(results["model"], "pd");
  ASSERT_EQ(results["tests"].size(), 2u);
  EXPECT_EQ(results["tests"][1]["size"], 128);
  EXPECT_EQ(json_of("run/config.json")["epochs"], 2);
  EXPECT_EQ(lines_of(read_text(path("run/metrics.csv"))).size(), 4u) << "two epochs as drawn, one turned";
  EXPECT_EQ(read_png(path("run/curves.png")).channels, 3);

  // The same images again: the same figures.
  for (const auto& test : results["tests"]) {
    const int size = test["size"];
    const std::string out = run_well("evaluate run --count 6 -o again --size " + std::to_string(size));
    const std::vector<std::string> rows = lines_of(read_text(path("again/predictions.csv")));
    ASSERT_EQ(rows.size(), 7u);
    const auto right =
        std::ranges::count_if(rows, [](const std::string& row) { return row.ends_with(",1"); });
    EXPECT_NEAR(static_cast<double>(right) / 6, test["accuracy"].get<double>(), 1e-12);
    EXPECT_EQ(std::filesystem::exists(path("run/wrong_" + std::to_string(size) + ".png")), right < 6);
    EXPECT_THAT(out, HasSubstr("accuracy"));
  }
  // Images from files are the images drawn.
  run_well("generate -o images --count 4 --size 128 --reference-size 64");
  run_well("evaluate run -i images -o from_files");
  EXPECT_EQ(lines_of(read_text(path("from_files/predictions.csv"))).size(), 5u);
  run_well("show run -o wrong.png --count 3");
}

TEST_F(ArrowProgram, ThreadsDoNotChangeTheModel) {
  run_well("train -o one --model nopos" + kTiny + " --threads 1");
  run_well("train -o two --model nopos" + kTiny + " --threads 2");
  EXPECT_EQ(read_text(path("one/model.safetensors")), read_text(path("two/model.safetensors")));
}

TEST_F(ArrowProgram, PoolingAndSubHeadsStayWithTheModel) {
  const auto model_of = [&](const std::string& flags) {
    run_well("train -o run --model pd" + kTiny + flags);
    return read_safetensors(path("run/model.safetensors"));
  };
  const TensorFile corners = model_of("");
  const TensorFile other = model_of(" --pooling max --sub-heads 1");
  EXPECT_EQ(json_of("run/config.json")["pooling"], "max");
  EXPECT_EQ(json_of("run/config.json")["sub_heads"], 1);
  EXPECT_THAT(corners.metadata.at("plstm"), HasSubstr("corners"));
  EXPECT_THAT(other.metadata.at("plstm"), HasSubstr("max"));
  const auto head_columns = [](const TensorFile& file) {
    return std::ranges::find(file.tensors, "head.weight", &Tensor::name)->shape.at(1);
  };
  EXPECT_EQ(head_columns(corners), 4 * 8);
  EXPECT_EQ(head_columns(other), 8);
  run_well("evaluate run --count 2");
}

TEST_F(ArrowProgram, TrainingGoesOnFromAModel) {
  run_well("train -o first --model pd" + kTiny);
  run_well("train -o again --model pd --start-from first" + kTiny +
           " --max-lr 1e-30 --turned-lr 1e-30 --average-epochs 0");
  const TensorFile first = read_safetensors(path("first/model.safetensors"));
  const TensorFile again = read_safetensors(path("again/model.safetensors"));
  EXPECT_EQ(again.tensors, first.tensors) << "steps of nothing lead nowhere";
  EXPECT_EQ(json_of("again/config.json")["start_from"], "first");
  expect_error("train -o other --model vit --start-from first" + kTiny, 1,
               {"first/model.safetensors: the parameters do not fit this network: parameter '"});
  EXPECT_FALSE(std::filesystem::exists(path("other"))) << "nothing is begun";
}

TEST_F(ArrowProgram, TurnedEpochsGoOnFromTheBestBeforeThem) {
  const auto tensors_of = [&](const std::string& run) {
    return read_safetensors(path(run + "/model.safetensors")).tensors;
  };
  run_well("train -o first --model pd --turned-epochs 0" + kTiny);
  const std::string turned = " --turned-epochs 2 --turned-percent 80 --turned-lr 3e-3";
  run_well("train -o both --model pd" + kTiny + turned);
  run_well("train -o second --model pd --start-from first" + tiny_with("--epochs", "0") + turned);
  const std::vector<std::string> both = lines_of(read_text(path("both/metrics.csv")));
  const std::vector<std::string> first = lines_of(read_text(path("first/metrics.csv")));
  const std::vector<std::string> second = lines_of(read_text(path("second/metrics.csv")));
  ASSERT_EQ(both.size(), 5u);
  ASSERT_EQ(second.size(), 3u);
  // Of a line: epoch, rate, training loss, validation loss and accuracy.
  const auto figures = [](const std::string& line) {
    std::vector<std::string> fields(5);
    std::istringstream stream(line);
    for (std::string& field : fields) std::getline(stream, field, ',');
    return fields;
  };
  const auto renumbered = [&](const std::string& line, const std::string& epoch) {
    std::vector<std::string> fields = figures(line);
    fields[0] = epoch;
    return fields;
  };
  EXPECT_EQ(figures(both[1]), figures(first[1]));
  EXPECT_EQ(figures(both[2]), figures(first[2]));
  EXPECT_EQ(figures(both[3]), renumbered(second[1], "3"));
  EXPECT_EQ(figures(both[4]), renumbered(second[2], "4"));
  // What is kept is the best of all epochs.
  const nlohmann::json results = json_of("both/results.json");
  double best = 0;
  for (std::size_t line = 1; line < both.size(); ++line) {
    best = std::max(best, std::stod(figures(both[line])[4]));
  }
  EXPECT_NEAR(results["validation_accuracy"].get<double>(), best, 1e-12);
  EXPECT_EQ(tensors_of("both"), tensors_of(results["best_epoch"] > 2 ? "second" : "first"));
  EXPECT_EQ(json_of("both/config.json")["turned_percent"], 80);
}

// Epochs that lead nowhere are as good as the best one before them, not better.
TEST_F(ArrowProgram, TurnedEpochsWithoutGainAreNotKept) {
  run_well("train -o first --model pd --turned-epochs 0 --average-epochs 0" + kTiny);
  run_well("train -o both --model pd --turned-epochs 2 --turned-lr 1e-30 --average-epochs 0" + kTiny);
  const nlohmann::json first = json_of("first/results.json"), both = json_of("both/results.json");
  EXPECT_EQ(both["best_epoch"], first["best_epoch"]);
  EXPECT_EQ(both["validation_accuracy"], first["validation_accuracy"]);
}

TEST_F(ArrowProgram, FirstWeightsOfGatesAreDrawn) {
  const auto model_of = [&](const std::string& flags) {
    run_well("train -o run --model pd" + kTiny + " --turned-epochs 0 --max-lr 1e-30 --average-epochs 0" +
             flags);
    return read_safetensors(path("run/model.safetensors"));
  };
  const auto norm_of = [](const TensorFile& file, const std::string& end) {
    const auto tensor =
        std::ranges::find_if(file.tensors, [&](const Tensor& t) { return t.name.ends_with(end); });
    const std::vector<float> values = tensor_values<float>(*tensor);
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0) /
                     static_cast<double>(values.size()));
  };
  const TensorFile plain = model_of("");
  EXPECT_EQ(norm_of(plain, "source.weight"), 0);
  EXPECT_EQ(norm_of(plain, "orientation_weight"), 0);
  EXPECT_NEAR(norm_of(plain, "source.bias"), 1, 1e-6);
  const TensorFile drawn = model_of(" --gate-bias-std 3 --gate-weight-std 0.5 --angle-weight-std 4");
  EXPECT_GT(norm_of(drawn, "source.bias"), 1.2);
  EXPECT_NEAR(norm_of(drawn, "source.weight"), 0.5, 0.2);
  EXPECT_NEAR(norm_of(drawn, "orientation_weight"), 4, 1.6);
}

TEST_F(ArrowProgram, CompareMakesOneTable) {
  const std::string out = run_well("compare -o all --models p,d,vit --jobs 2" + kTiny);
  const std::vector<std::string> table = lines_of(read_text(path("all/comparison.md")));
  ASSERT_EQ(table.size(), 5u);
  EXPECT_EQ(table[0], "| model | parameters | 64 x 64 | 128 x 128 | minutes |");
  EXPECT_THAT(table[2], StartsWith("| p | "));
  EXPECT_THAT(table[3], StartsWith("| d | "));
  EXPECT_THAT(table[4], StartsWith("| vit | "));
  for (const std::string& line : table) EXPECT_THAT(out, HasSubstr(line));
  EXPECT_EQ(lines_of(read_text(path("all/comparison.csv"))).size(), 7u);
  const nlohmann::json json = json_of("all/comparison.json");
  EXPECT_EQ(json["settings"]["images"], 24);
  EXPECT_EQ(json["runs"][2], json_of("all/vit/results.json"));
}

TEST_F(ArrowProgram, SettingsThatMakeNoSenseAreNamed) {
  expect_error("", 2, {"subcommand"});
  expect_error("train", 2, {"--output-dir"});
  expect_error("generate -o out --no-such-flag", 2, {"--no-such-flag"});
  expect_error("generate -o out --size 0", 2, {"size 0 is not in 64..1024"});
  expect_error("generate -o out --size 128 --reference-size 256", 2, {"reference size 256"});
  expect_error("generate -o out --count 0", 2, {"--count is 0"});
  expect_error("generate -o out --threads -1", 2, {"threads"});
  expect_error("show -o sheet.png --count 0", 2, {"--count is 0"});
  expect_error("train -o out --model cnn", 2, {"cnn"});
  const auto expect_train_error = [&](const std::string& flag, const std::string& value,
                                      const std::string& part) {
    expect_error("train -o out" + tiny_with(flag, value), 2, {part});
  };
  expect_train_error("--size", "63", "size 63 is not in 64..1024");
  expect_train_error("--patch", "15", "64 x 64");
  expect_train_error("--patch", "0", "patch is 0, expected at least 1");
  expect_train_error("--heads", "3", "positive multiple of heads 3");
  expect_train_error("--blocks", "3", "--blocks is 3; pLSTM has them in pairs");
  expect_train_error("--pooling", "middle", "middle");
  expect_train_error("--gate-bias-std", "-1", "--gate-bias-std");
  expect_train_error("--sub-heads", "3", "3 sub-heads do not divide the input width 8");
  expect_train_error("--images", "0", "--images is 0");
  expect_train_error("--images", "9223372036854775807",
                     "--images is 9223372036854775807, expected 1..100000000");
  expect_train_error("--validation-images", "0", "--validation-images is 0");
  expect_train_error("--test-images", "0", "--test-images is 0");
  expect_train_error("--test-factors", "1,17", "17 is not in 1..16");
  expect_train_error("--epochs", "0 --turned-epochs 0", "epochs must be at least 1");
  expect_train_error("--turned-epochs", "-1", "--turned-epochs");
  expect_train_error("--turned-percent", "101", "--turned-percent");
  expect_train_error("--turned-lr", "0", "--turned-lr");
  expect_train_error("--max-lr", "-1", "learning_rate must be positive");
  expect_error("compare -o out --jobs -1" + kTiny, 2, {"--jobs is -1"});
  EXPECT_FALSE(std::filesystem::exists(path("out/model.safetensors")));
}

TEST_F(ArrowProgram, FilesThatCannotBeUsedAreNamed) {
  expect_error("evaluate absent", 1, {"absent"});
  write("text.safetensors", "no model");
  expect_error("evaluate text.safetensors", 1, {"text.safetensors"});
  ParameterLayout layout;
  layout.add("weight", {1}, ConstantInit{1}, false);
  const std::vector<float> values(layout.total_size());
  save_checkpoint(path("graph.safetensors"), {"graph_model", "{}"}, layout, values);
  expect_error("evaluate graph.safetensors", 1, {"graph.safetensors", "'graph_model'", "'vision_model'"});
  save_checkpoint(path("bare.safetensors"), {"vision_model", "{}"}, layout, values);
  expect_error("evaluate bare.safetensors", 1, {"bare.safetensors: not a usable model", "config"});

  run_well("train -o run --model vit" + kTiny);
  // A model for images in colour.
  TensorFile file = read_safetensors(path("run/model.safetensors"));
  std::string& description = file.metadata.at("plstm");
  const std::string grey = "\"channels\":1", colour = "\"channels\":3";
  ASSERT_NE(description.find(grey), std::string::npos) << description;
  description.replace(description.find(grey), grey.size(), colour);
  // The digest would find the change. Files of format 1 have none.
  description.replace(description.find("\"format\":2"), 10, "\"format\":1");
  file.metadata.erase("plstm_sha256");
  Tensor& patches = *std::ranges::find(file.tensors, "patch_embed.proj.weight", &Tensor::name);
  patches.shape.at(1) = 3;
  patches.bytes.resize(3 * patches.bytes.size());
  write_safetensors(path("colour.safetensors"), file);
  expect_error("evaluate colour.safetensors", 1, {"colour.safetensors", "3 channels"});

  expect_error("evaluate run --size 72", 2, {"72 x 72", "patches of 16 x 16"});
  expect_error("evaluate run --size 32", 2, {"size 32"});
  expect_error("evaluate run -i no_folder", 1, {"no_folder/labels.csv: cannot be opened"});
  const auto folder = [&](const std::string& labels) {
    std::filesystem::create_directory(path("images"));
    write("images/labels.csv", labels);
  };
  folder("file,hit\n");
  expect_error("evaluate run -i images", 1, {"labels.csv", "names no image"});
  folder("file,label\na.png,1\n");
  expect_error("evaluate run -i images", 1, {"labels.csv", "hit"});
  folder("file,hit\na.png,yes\n");
  expect_error("evaluate run -i images", 1, {"labels.csv: line 2: hit is 'yes', expected 0 or 1"});
  folder("file,hit\na.png,1\n");
  expect_error("evaluate run -i images", 1, {"a.png: cannot be opened"});
  write("images/a.png", "GIF89a");
  expect_error("evaluate run -i images", 1, {"a.png: is not a PNG file"});
  write_png(path("images/a.png"), make_image(64, 32, 1, 255));
  expect_error("evaluate run -i images", 1, {"a.png: has 32 x 64 pixels, expected a square"});
  write_png(path("images/a.png"), make_image(40, 40, 1, 255));
  expect_error("evaluate run -i images", 2, {"40 x 40"});
  folder("file,hit\na.png,1\nb.png,0\n");
  write_png(path("images/a.png"), make_image(64, 64, 3, 255));
  write_png(path("images/b.png"), make_image(128, 128, 1, 255));
  expect_error("evaluate run -i images", 1, {"b.png: has 128 rows"});
  write_png(path("images/b.png"), make_image(64, 64, 1, 255));
  run_well("evaluate run -i images");
}

}  // namespace
}  // namespace plstm::test
