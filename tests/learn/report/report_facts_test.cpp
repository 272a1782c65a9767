#include "plstm/learn/report/report_facts.hpp"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

auto fact(const std::string& name, const std::string& value) {
  return ::testing::AllOf(::testing::Field(&ReportFact::name, name),
                          ::testing::Field(&ReportFact::value, value));
}

TEST(ReportFacts, SettingsAreWords) {
  constexpr std::array<std::string_view, 2> kSaid{"seed", "version"};
  const std::string config =
      R"({"version": "1", "seed": 3, "batch_size": 8, "companion": true, "note": "", "none": null, "empty": [],
          "loss": ["huber", 2], "model": {"seed": 0.5, "deep": {"width": 4}}, "long": [1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7]})";
  EXPECT_THAT(settings_facts(config, kSaid),
              ElementsAre(fact("batch size", "8"), fact("companion", "yes"), fact("loss", "huber, 2"),
                          fact("model seed", "0.5"), fact("model deep width", "4")));
  EXPECT_THAT(settings_facts("{}"), IsEmpty());
  for (const char* wrong : {"", "[1]", "{"}) EXPECT_THROW(settings_facts(wrong), ConfigError) << wrong;
}

TEST(ReportFacts, TargetsOfNumbersHaveUnits) {
  const std::vector<ReportTarget> targets = report_targets(
      {"delay [ns]", "kind [ns]"}, {Task{}, Task{TaskType::kMulticlass, 3, 1, {"a", "b", "c"}}});
  ASSERT_THAT(targets, SizeIs(2));
  EXPECT_EQ(targets[0].unit, "ns");
  EXPECT_EQ(targets[1].unit, "");
  EXPECT_EQ(targets[1].task.classes, 3);
}

TEST(ReportFacts, ARunSaysWhatItLearntFrom) {
  const test::TemporaryFolder folder;
  const auto run = folder / "run";
  std::filesystem::create_directory(run);
  EXPECT_THAT(model_facts(folder / "model.safetensors", "rows"),
              ElementsAre(fact("Model", (folder / "model.safetensors").string())));
  RunManifest manifest;
  manifest.data_path = "circuits.jsonl";
  manifest.rows = 12345;
  manifest.version = "plstm-dag 1";
  manifest.date = "2026-01-02T03:04:05Z";
  manifest.seed = 7;
  FolderTransaction files(run);
  commit_run(files, manifest);
  EXPECT_THAT(
      model_facts(run, "graphs"),
      ElementsAre(fact("Model", run.string()), fact("Learnt from", "circuits.jsonl (12,345 graphs)"),
                  fact("SHA-256 of its data", "not known"), fact("Trained (UTC)", "2026-01-02T03:04:05Z"),
                  fact("Seed", "7"), fact("Trained by", "plstm-dag 1")));
}

TEST(ReportFacts, AStoppedTrainingSaysSo) {
  RunManifest manifest;
  manifest.members = 3;
  manifest.planned_members = 8;
  EXPECT_EQ(members_text(manifest), "3");
  manifest.stopped = true;
  EXPECT_THAT(members_text(manifest), HasSubstr("3 of 8: the training was stopped"));
}

TEST(ReportFacts, ListsHaveCommas) {
  constexpr std::array kTypes{TaskType::kRegression, TaskType::kMulticlass};
  EXPECT_EQ(kinds_text(kTypes), "regression, multiclass");
  EXPECT_EQ(names_text(std::array<std::string, 2>{"a", "b"}), "a, b");
  EXPECT_EQ(names_text({}), "");
}

}  // namespace
}  // namespace plstm
