#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/sd_file.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::Pointee;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

constexpr const char* kWater =
    "water\n  test\n\n  1  0  0  0  0  0            999 V2000\n"
    "    0.0000    0.0000    0.0000 O   0  0\nM  END\n";

std::vector<SdRecord> read(const std::string& text) {
  std::istringstream stream(text);
  SdReader reader(stream, "t.sdf");
  std::vector<SdRecord> records;
  for (SdRecord record; reader.next(record);) records.push_back(record);
  return records;
}

TEST(SdFile, ReadsRecordsAndProperties) {
  const auto records = read(std::string(kWater) + "> 25 <logP> (1)\n-1.4\n\n>  <note>\ntwo\nlines\n\n$$$$\n" +
                            kWater + "$$$$\n\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].record, 1);
  EXPECT_EQ(records[0].line, 1);
  EXPECT_EQ(records[0].mol_block, kWater);
  EXPECT_EQ(records[0].title(), "water");
  EXPECT_THAT(records[0].property("logP"), Pointee(StrEq("-1.4")));
  EXPECT_THAT(records[0].property("note"), Pointee(StrEq("two\nlines")));
  EXPECT_EQ(records[0].property("logS"), nullptr);
  EXPECT_EQ(records[1].record, 2);
  EXPECT_EQ(records[1].line, 15);
  EXPECT_TRUE(records[1].properties.empty());
}

TEST(SdFile, LineEndsAndAMissingLastSeparatorDoNotMatter) {
  std::string text = std::string(kWater) + "> <a>\n1\n";
  const auto plain = read(text);
  ASSERT_EQ(plain.size(), 1u);
  std::string dos;
  for (const char c : text) dos += c == '\n' ? "\r\n" : std::string(1, c);
  const auto same = read(dos);
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0].mol_block, plain[0].mol_block);
  EXPECT_EQ(same[0].properties, plain[0].properties);
}

TEST(SdFile, CutRecordIsReturnedForTheParserToRefuse) {
  const auto records = read(std::string(kWater) + "$$$$\nhalf\n\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].mol_block, "half\n\n");
}

TEST(SdFile, CarriageReturnsEndLinesWhereNothingElseDoes) {
  std::string text = std::string(kWater) + "> <a>\n1\n\n$$$$\n" + kWater + "$$$$\n";
  const auto plain = read(text);
  for (char& c : text) c = c == '\n' ? '\r' : c;
  const auto same = read(text);
  ASSERT_EQ(same.size(), 2u);
  EXPECT_EQ(same[0].mol_block, plain[0].mol_block);
  EXPECT_EQ(same[0].properties, plain[0].properties);
  EXPECT_EQ(same[1].line, plain[1].line);
}

TEST(SdFile, MissingSeparatorDoesNotHideAMolecule) {
  const auto records = read(std::string(kWater) + "> <a>\n1\n\n" + kWater + "> <a>\n2\n\n$$$$\n" + kWater);
  ASSERT_EQ(records.size(), 3u);
  for (const SdRecord& record : records) {
    EXPECT_EQ(record.mol_block, kWater);
    EXPECT_EQ(record.problem, "");
  }
  EXPECT_THAT(records[0].property("a"), Pointee(StrEq("1")));
  EXPECT_THAT(records[1].property("a"), Pointee(StrEq("2")));
  EXPECT_EQ(records[1].line, 10);
  EXPECT_EQ(records[2].line, 20);
}

TEST(SdFile, MissingEndAndSeparatorDoNotHideAMolecule) {
  const std::string water = kWater, cut = water.substr(0, water.find("M  END"));
  const auto records = read(cut + water + "$$$$\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].mol_block, cut);
  EXPECT_EQ(records[1].mol_block, water);
  const auto with_property = read(cut + "> <a>\n1\n\n$$$$\n");
  EXPECT_EQ(with_property[0].mol_block, cut);
  EXPECT_THAT(with_property[0].property("a"), Pointee(StrEq("1")));
}

TEST(SdFile, MoleculeThatCannotBeToldApartIsAProblemOfTheRecord) {
  const auto records = read(std::string(kWater) + "> <a>\n1\n" + kWater + "$$$$\n");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_THAT(records[0].problem, HasSubstr("'M  END' comes twice; separate"));
}

TEST(SdFile, BlankLineThatCutsAValueIsAProblemOfTheProperty) {
  const auto records = read(std::string(kWater) + "> <a>\n\n1.5\n\n> <b>\n2\n\n$$$$\n");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].problem, "");
  EXPECT_THAT(records[0].property_problem("a"),
              Pointee(HasSubstr("a blank line ends its value before '1.5'")));
  EXPECT_EQ(records[0].property_problem("b"), nullptr);
  EXPECT_THAT(records[0].property("b"), Pointee(StrEq("2")));
}

TEST(SdFile, PropertyWithTwoValuesIsAProblem) {
  const auto records = read(std::string(kWater) + "> <a>\n1\n\n> <a>\n2\n\n> <b>\n3\n\n> <b>\n3\n\n$$$$\n");
  EXPECT_THAT(records[0].property_problem("a"), Pointee(HasSubstr("two values")));
  EXPECT_EQ(records[0].property_problem("b"), nullptr);
}

TEST(SdFile, BrokenFirstRecordLeavesTheOthers) {
  const auto records = read("broken\n\n\nno counts\nM  END\n$$$$\n" + std::string(kWater) + "$$$$\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].mol_block, kWater);
}

TEST(SdFile, OtherFilesAreRefused) {
  for (const char* text :
       {"smiles,y\nCCO,1\nCC,2\nC,3\n", "CCO\n", "a\nb\nc\n\nx\n", "a\nb\nc\n  1\n", "$$$$\n"}) {
    EXPECT_THAT([&] { read(text); }, ThrowsMessage<FileError>(HasSubstr("t.sdf: is not an SD file: line 4")))
        << text;
  }
  for (const char* text : {"", "\n\n"}) {
    EXPECT_THAT([&] { read(text); }, ThrowsMessage<FileError>(StrEq("t.sdf: the file has no records")))
        << text;
  }
  std::ifstream folder(std::filesystem::temp_directory_path());
  EXPECT_THAT([&] { SdReader(folder, "folder"); },
              ThrowsMessage<FileError>(HasSubstr("folder: cannot be read")));
}

TEST(SdFile, GoesOnAtEveryRecord) {
  const std::string block =
      "name\n  test\n\n  1  0  0  0  0  0            999 V2000\n    0.0 0.0 0.0 C\nM  END\n";
  const std::string loose = "> <a>\n1\n\n> <b>\nx\n\n";
  // Usual records, one of Windows, one without its "$$$$", an empty one, and one at the end without "$$$$".
  std::string windows;
  for (const char c : block + loose + "$$$$\n")
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string text =
      block + loose + "$$$$\n" + windows + block + loose + block + "$$$$\n$$$$\n" + block + "$$$$\n" + block;
  std::vector<SdRecord> records;
  std::vector<RowPlace> places;
  {
    std::istringstream stream(text);
    SdReader reader(stream, "t.sdf");
    places.push_back(reader.place());
    for (SdRecord record; reader.next(record);) {
      records.push_back(record);
      places.push_back(reader.place());
    }
  }
  ASSERT_EQ(records.size(), 7u);
  EXPECT_EQ(places[3].ahead.size(), 4u);
  for (std::size_t i = 0; i <= records.size(); ++i) {
    std::istringstream skipped_stream(text), stream(text);
    SdReader skipped(skipped_stream, "t.sdf"), sent(stream, "t.sdf");
    EXPECT_EQ(skipped.skip(static_cast<std::int64_t>(i)), static_cast<std::int64_t>(i));
    EXPECT_EQ(skipped.place(), places[i]);
    sent.go_to(places[i]);
    for (SdReader* reader : {&skipped, &sent}) {
      std::size_t next = i;
      for (SdRecord record; reader->next(record); ++next) {
        ASSERT_LT(next, records.size());
        EXPECT_EQ(record.record, records[next].record);
        EXPECT_EQ(record.line, records[next].line);
        EXPECT_EQ(record.mol_block, records[next].mol_block);
        EXPECT_EQ(record.properties, records[next].properties);
      }
      EXPECT_EQ(next, records.size());
    }
  }
}

// A damaged or hostile file must not fill the memory.
TEST(SdFile, RefusesARecordThatNoFileHas) {
  const std::string block = "a\n\n\n  0  0  0     0  0            999 V2000\nM  END\n";
  std::string lines;
  while (lines.size() <= SdReader::kMostRecordBytes) lines += std::string(1000, 'x') + "\n";
  for (const std::string& rest : {"> <y>\n" + lines, lines, std::string(SdReader::kMostRecordBytes, 'x')}) {
    std::istringstream stream(block + "$$$$\n" + block + rest + "\n$$$$\n");
    SdReader reader(stream, "t.sdf");
    SdRecord record;
    EXPECT_TRUE(reader.next(record));
    EXPECT_THAT(
        [&] { reader.next(record); },
        ThrowsMessage<FileError>(AllOf(HasSubstr("t.sdf, line "), HasSubstr("has more than 16 MiB"))));
  }
}

}  // namespace
}  // namespace plstm
