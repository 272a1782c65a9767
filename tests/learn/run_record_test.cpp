#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/run_record.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

namespace fs = std::filesystem;

RunRecord some_record() {
  RunRecord record;
  record.identity = {"Toy/../set",
                     "plstm",
                     "stratified 3-fold",
                     "multiclass",
                     2,
                     18446744073709551615u,
                     R"({"width":16,"dropout":0.1})",
                     "0123",
                     "4567"};
  record.scores = {{"accuracy", 0.1 + 0.2, 1.0 / 3}, {"roc_auc", std::nullopt, 0.5}};
  record.best_epoch = 7;
  record.seconds = 1.25;
  record.parameters = 12345678901;
  record.train_rows = 8;
  record.validation_rows = 1;
  record.test_rows = 2;
  return record;
}

class RunRecordFiles : public ::testing::Test {
 protected:
  RunRecordFiles() : folder(fs::temp_directory_path() / ("plstm_records_" + std::to_string(::getpid()))) {
    fs::create_directories(folder / "runs");
  }
  ~RunRecordFiles() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / "runs" / name) << text;
  }

  fs::path folder;
};

TEST(RunIdentity, CellsAreEqualForFoldsAndSeedsAlone) {
  const RunIdentity id = some_record().identity;
  RunIdentity other = id;
  other.fold = 1;
  other.seed = 3;
  other.split_digest = "89";
  EXPECT_EQ(other.cell(), id.cell());
  EXPECT_NE(other.name(), id.name());
  for (std::string RunIdentity::*part :
       {&RunIdentity::dataset, &RunIdentity::model, &RunIdentity::protocol, &RunIdentity::task,
        &RunIdentity::settings, &RunIdentity::data_digest}) {
    other = id;
    other.*part += "x";
    EXPECT_NE(other.cell(), id.cell());
    EXPECT_NE(other.name(), id.name());
  }
}

TEST(RunIdentity, NamesAreNamesOfFiles) {
  EXPECT_THAT(some_record().identity.name(), StartsWith("Toy----set_plstm_fold2_seed18446744073709551615_"));
  RunIdentity id = some_record().identity;
  id.dataset = std::string(1000, 'a');
  EXPECT_LT(id.name().size(), 150u);
}

TEST(RunRecordJson, ComesBackToTheLastBit) {
  const RunRecord record = some_record();
  const RunRecord back = parse_run_record(to_json(record));
  EXPECT_EQ(back.identity, record.identity);
  ASSERT_THAT(back.scores, SizeIs(2));
  EXPECT_EQ(back.scores[0].metric, "accuracy");
  EXPECT_EQ(back.scores[0].validation, record.scores[0].validation);
  EXPECT_EQ(back.scores[0].test, record.scores[0].test);
  EXPECT_EQ(back.scores[1].validation, std::nullopt);
  EXPECT_EQ(back.best_epoch, 7);
  EXPECT_EQ(back.seconds, 1.25);
  EXPECT_EQ(back.parameters, 12345678901);
  EXPECT_EQ(back.train_rows, 8);
  EXPECT_EQ(back.validation_rows, 1);
  EXPECT_EQ(back.test_rows, 2);
}

TEST(RunRecordJson, RefusesWhatWasChangedByHand) {
  std::string text = to_json(some_record());
  const std::size_t place = text.find("\"test\": 0.3");
  ASSERT_NE(place, std::string::npos);
  text[place + 10] = '4';
  EXPECT_THAT([&] { parse_run_record(text); }, ThrowsMessage<FileError>(HasSubstr("checksum does not fit")));
}

TEST(RunRecordJson, ReadsRecordsOfBeforeThatHaveNoChecksum) {
  auto json = nlohmann::ordered_json::parse(to_json(some_record()));
  json.erase("checksum");
  EXPECT_EQ(parse_run_record(json.dump()).identity, some_record().identity);
}

TEST(RunRecordJson, RefusesOtherTexts) {
  for (const std::string text : {"", "{\"half\": ", "[]", "3", "{}", "{\"dataset\": 1}"}) {
    EXPECT_THROW(parse_run_record(text), FileError) << text;
  }
  auto json = nlohmann::ordered_json::parse(to_json(some_record()));
  json.erase("checksum");
  json["settings"] = "@";
  std::string deep = json.dump();
  deep.replace(deep.find("\"@\""), 3, std::string(200000, '[') + std::string(200000, ']'));
  EXPECT_THAT([&] { parse_run_record(deep); }, ThrowsMessage<FileError>(HasSubstr("levels deep")));
  // Numbers that would have to be rounded or cut.
  for (const char* key : {"seed", "fold", "best_epoch", "parameters", "train_rows"}) {
    for (const double value : {18446744073709551616.0, 1.5, -1e30}) {
      auto wrong = json;
      wrong["settings"] = nlohmann::ordered_json::object();
      wrong[key] = value;
      EXPECT_THAT([&] { parse_run_record(wrong.dump()); },
                  ThrowsMessage<FileError>(HasSubstr(fmt::format("'{}': expected a whole number", key))));
    }
  }
  RunRecord record = some_record();
  record.identity.settings = "[1]";
  EXPECT_THROW(to_json(record), ConfigError);
}

TEST_F(RunRecordFiles, AreFoundByName) {
  RunRecord record = some_record();
  write_run_record(folder, record);
  const fs::path first = folder / "runs" / (record.identity.name() + ".json");
  ASSERT_TRUE(fs::exists(first));
  record.identity.fold = 0;
  write_run_record(folder, record);
  FoundRecords found = read_run_records(folder);
  ASSERT_THAT(found.records, SizeIs(2));
  EXPECT_EQ(found.records[0].identity.fold, 0);
  EXPECT_EQ(found.records[1].identity.fold, 2);
  EXPECT_THAT(found.unreadable, IsEmpty());

  fs::copy_file(first, folder / "runs" / "another name.json");
  write("half.json", "{\"half\": ");
  write("ignored.csv", "row");
  found = read_run_records(folder);
  EXPECT_THAT(found.records, SizeIs(2));
  EXPECT_THAT(found.unreadable,
              ElementsAre(folder / "runs" / "another name.json", folder / "runs" / "half.json"));
}

TEST_F(RunRecordFiles, NeedNoFolderToBeNone) {
  const FoundRecords found = read_run_records(folder / "none");
  EXPECT_THAT(found.records, IsEmpty());
  EXPECT_THAT(found.unreadable, IsEmpty());
  EXPECT_THROW(write_run_record(folder / "none", some_record()), FileError);
}

}  // namespace
}  // namespace plstm::test
