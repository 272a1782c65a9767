#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/csv.hpp>

#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

struct Table {
  std::vector<std::string> header;
  std::vector<CsvRow> rows;
};

Table read(const std::string& text, CsvFormat format = {}) {
  std::istringstream stream(text);
  CsvReader reader(stream, "t.csv", format);
  Table table{reader.header(), {}};
  for (CsvRow row; reader.next(row);) table.rows.push_back(row);
  return table;
}

// A damaged or hostile file must not fill the memory: a megabyte of gzip can hold a line of a gigabyte.
TEST(Csv, RefusesARowThatNoTableHas) {
  const std::size_t most = CsvReader::kMostRowBytes;
  const std::string field(most + 1, 'C'), fits(most - 3, 'C');
  for (const std::string& row : {field, "\"" + field}) {
    EXPECT_THAT([&] { read("smiles,y\nCC,1\n" + row + "\nCC,2\n"); },
                ThrowsMessage<FileError>(HasSubstr("t.csv, line 3: the row has more than 16 MiB")))
        << row.substr(0, 5);
  }
  EXPECT_EQ(read("smiles,y\n" + fits + ",1\nCC,2\n").rows.size(), 2u);
}

TEST(Csv, ReadsHeaderAndRows) {
  const Table table = read("smiles,y\nCCO,1.5\nCC,2\n");
  EXPECT_THAT(table.header, ElementsAre("smiles", "y"));
  EXPECT_THAT(table.rows, ElementsAre(CsvRow{1, 2, {"CCO", "1.5"}, ""}, CsvRow{2, 3, {"CC", "2"}, ""}));
}

TEST(Csv, QuotedFieldsHoldDelimitersQuotesAndLineEnds) {
  const Table table = read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",\"\"\nlast,row");
  EXPECT_THAT(table.rows,
              ElementsAre(CsvRow{1, 2, {"x,y", "say \"hi\""}, ""}, CsvRow{2, 3, {"two\r\nlines", ""}, ""},
                          CsvRow{3, 5, {"last", "row"}, ""}));
}

TEST(Csv, LineEndsByteOrderMarkAndEmptyLinesDoNotMatter) {
  const Table plain = read("a,b\n1,2\n3,4\n");
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\r\n1,2\r\n3,4")
                .rows,
            plain.rows);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\r\n1,2\r\n3,4")
                .header,
            plain.header);
  EXPECT_THAT(read("\na,b\n\n\r\n1,2\n\n").rows, ElementsAre(CsvRow{1, 5, {"1", "2"}, ""}));
}

TEST(Csv, QuoteInsideAFieldIsText) {
  EXPECT_THAT(read("a,b\n5' 3\",x\n").rows, ElementsAre(CsvRow{1, 2, {"5' 3\"", "x"}, ""}));
}

TEST(Csv, SeveralCarriageReturnsMayStandBeforeALineFeed) {
  EXPECT_EQ(read("a,b\r\r\n1,2\r\r\n3,4\r").rows, read("a,b\n1,2\n3,4\n").rows);
}

TEST(Csv, ACarriageReturnInsideOfALineMayHideARow) {
  const Table table = read("a,b\n1,2\r3,4\n5,6\n\"x\ry\",7\n");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_THAT(table.rows[0].problem, HasSubstr("a CR stands inside of the line"));
  EXPECT_EQ(table.rows[1].problem, "");
  EXPECT_EQ(table.rows[2], (CsvRow{3, 4, {"x\ry", "7"}, ""}));
  EXPECT_THAT(read("C a\rN b\n", {.delimiter = ' ', .header = false}).rows.at(0).problem,
              HasSubstr("a CR stands inside of the line"));
  EXPECT_THAT([] { read("a,b\r1,2\n3,4\n"); },
              ThrowsMessage<FileError>(
                  AllOf(HasSubstr("t.csv: header, line 1"), HasSubstr("line ends of one kind"))));
}

TEST(Csv, BarsSeparateWhereNothingElseDoes) {
  EXPECT_THAT(read("a|b\n1|2\n").rows, ElementsAre(CsvRow{1, 2, {"1", "2"}, ""}));
  EXPECT_THAT(read("a|x,b\n1,2\n").header, ElementsAre("a|x", "b"));
  EXPECT_THAT(read("smiles\nCCO |o1:1|\n").rows, ElementsAre(CsvRow{1, 2, {"CCO |o1:1|"}, ""}));
}

TEST(Csv, CommentsBeforeTheHeaderAreLeftOut) {
  const Table table = read("# exported, by, a tool\n#\n\na;b\n1;2\n#3;4\n");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_THAT(table.rows, ElementsAre(CsvRow{1, 5, {"1", "2"}, ""}, CsvRow{2, 6, {"#3", "4"}, ""}));
  // These may be the names.
  EXPECT_THAT(read("# a note\n# a,b\n1,2\n").header, ElementsAre("# a", "b"));
  EXPECT_THAT(read("#a\nb\nc\n").header, ElementsAre("#a"));
  EXPECT_THAT(read("#a,b\n").header, ElementsAre("#a", "b"));
  EXPECT_EQ(read("# x\na,b\n", {.header = false}).rows.size(), 2u);
}

TEST(Csv, HeaderAloneHasNoRows) {
  EXPECT_TRUE(read("a,b\n").rows.empty());
}

TEST(Csv, WrongNumberOfFieldsIsAProblemOfTheRowOnly) {
  const Table table = read("a,b\n1\n1,2,3\n1,2\n,\n");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0].problem, "1 fields, expected 2");
  EXPECT_EQ(table.rows[1].problem, "3 fields, expected 2");
  EXPECT_EQ(table.rows[2], (CsvRow{3, 4, {"1", "2"}, ""}));
  EXPECT_EQ(table.rows[3], (CsvRow{4, 5, {"", ""}, ""}));
}

TEST(Csv, TextBehindAClosingQuoteIsAProblemOfTheRow) {
  const Table table = read("a,b\n\"x\"y,2\n1,2\n");
  EXPECT_THAT(table.rows[0].problem, HasSubstr("behind the closing quote"));
  EXPECT_EQ(table.rows[1].problem, "");
}

TEST(Csv, QuoteNeverClosedNamesTheLineWhereItOpened) {
  EXPECT_THAT([] { read("a,b\n1,2\n3,\"x\ny\nz"); },
              ThrowsMessage<FileError>(StrEq("t.csv: the quote that opens on line 3 is never closed")));
}

TEST(Csv, FileWithoutRowsIsAnError) {
  for (const char* text : {"", "\n\n", "\xEF\xBB\xBF", "\r\n"}) {
    EXPECT_THAT([&] { read(text); }, ThrowsMessage<FileError>(StrEq("t.csv: the file has no rows")));
  }
}

TEST(Csv, BrokenByteOrderMarkIsAnError) {
  EXPECT_THAT([] { read("\xEF\xBB?a,b\n"); }, ThrowsMessage<FileError>(HasSubstr("byte order mark")));
}

TEST(Csv, FolderCannotBeRead) {
  std::ifstream stream(std::filesystem::temp_directory_path());
  EXPECT_THAT([&] { CsvReader(stream, "folder"); },
              ThrowsMessage<FileError>(HasSubstr("folder: cannot be read")));
}

TEST(Csv, ColumnsAreFoundByName) {
  std::istringstream stream("smiles,y,y\n");
  const CsvReader reader(stream, "t.csv");
  EXPECT_EQ(reader.column("smiles"), 0u);
  EXPECT_THAT(
      [&] { reader.column("logS"); },
      ThrowsMessage<FileError>(StrEq("t.csv: there is no column 'logS'; the columns are 'smiles' 'y' 'y'")));
  EXPECT_THAT([&] { reader.column("y"); },
              ThrowsMessage<FileError>(StrEq("t.csv: two columns are named 'y'; rename one")));
  std::istringstream comments("# of 2024, May\nsmiles,y\n");
  const CsvReader commented(comments, "t.csv");
  EXPECT_THAT([&] { commented.column("y"); },
              ThrowsMessage<FileError>(HasSubstr("; remove comments before the line of names")));
}

TEST(Csv, WithoutHeaderColumnsAreNumbered) {
  const Table table = read("CCO,1\nCC\n", {',', false});
  EXPECT_THAT(table.header, ElementsAre("1", "2"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0], (CsvRow{1, 1, {"CCO", "1"}, ""}));
  EXPECT_EQ(table.rows[1].problem, "1 fields, expected 2");
}

TEST(Csv, BlanksSeparateRaggedRowsWithoutQuoting) {
  const Table table = read("CCO\tethyl  alcohol \r\n \n  C \"x\n", {' ', false});
  EXPECT_THAT(table.rows,
              ElementsAre(CsvRow{1, 1, {"CCO", "ethyl", "alcohol"}, ""}, CsvRow{2, 3, {"C", "\"x"}, ""}));
}

TEST(Csv, TabsSeparateEmptyFieldsToo) {
  EXPECT_THAT(read("a\tb\n\t1\n", {'\t'}).rows, ElementsAre(CsvRow{1, 2, {"", "1"}, ""}));
}

TEST(Csv, DelimiterThatTheFirstRowsHaveIsTaken) {
  const std::vector<CsvRow> rows{{1, 2, {"CC", "1"}, ""}, {2, 3, {"C", "2"}, ""}};
  EXPECT_EQ(read("a;b\nCC;1\nC;2\n").rows, rows);
  EXPECT_EQ(read("a\tb\nCC\t1\nC\t2\n").rows, rows);
  EXPECT_EQ(read("a,b\nCC,1\nC,2\n", {'\t'}).rows, rows);
  EXPECT_EQ(read("a;b\nCC;1,5\n").rows, (std::vector<CsvRow>{{1, 2, {"CC", "1,5"}, ""}}));
  EXPECT_THAT(read("a;IC50, pH 7;c\nCC;1;2\nC;2;3\n").header, ElementsAre("a", "IC50, pH 7", "c"));
  EXPECT_THAT(read("\"a;1\",b\n\"x;y\",2\n").header, ElementsAre("a;1", "b"));
}

TEST(Csv, DelimiterStaysWhereNoOtherFits) {
  EXPECT_THAT(read("smiles\nCC\nC;C\n").rows[1].fields, ElementsAre("C;C"));
  EXPECT_THAT(read("a,b\nx;y,1\nz;w,2\n").header, ElementsAre("a", "b"));
  EXPECT_THAT(read("a;b\nC;1\n", {',', true, false}).header, ElementsAre("a;b"));
}

TEST(Csv, FirstLineMayNameTheDelimiter) {
  EXPECT_EQ(read("sep=;\na;b\nCC;1\n").rows, (std::vector<CsvRow>{{1, 3, {"CC", "1"}, ""}}));
  EXPECT_EQ(read("\xEF\xBB\xBFSEP=,\r\na,b\r\nCC,1\r\n").rows,
            (std::vector<CsvRow>{{1, 3, {"CC", "1"}, ""}}));
  EXPECT_THAT(read("\"sep=|\"\na|b\nCC|1\n").header, ElementsAre("a", "b"));
  EXPECT_THAT(read("sep=x,b\n1,2\n").header, ElementsAre("sep=x", "b"));
}

TEST(Csv, CarriageReturnsEndLinesWhereNothingElseDoes) {
  EXPECT_EQ(read("a,b\rCC,1\rC,2").rows,
            (std::vector<CsvRow>{{1, 2, {"CC", "1"}, ""}, {2, 3, {"C", "2"}, ""}}));
}

TEST(Csv, EncodingsAreRecognised) {
  const std::string micro = "\xC2\xB5", euro = "\xE2\x82\xAC";
  EXPECT_THAT(read("a,\xB5M\n1,\x80\n").header, ElementsAre("a", micro + "M")) << "Latin-1";
  EXPECT_THAT(read("a,\xB5M\n1,\x80\n").rows[0].fields, ElementsAre("1", euro)) << "Windows-1252";
  EXPECT_THAT(read("a," + micro + "M\n1," + euro + "\n").rows[0].fields, ElementsAre("1", euro)) << "UTF-8";
  const std::string text = "a,b\r\n1,2\r\n";
  std::string little, big;
  for (const char c : text) little.append({c, '\0'}), big.append({'\0', c});
  const std::string wide("\x3D\xD8\x00\xDE", 4);  // the two units of U+1F600
  for (const std::string& file : {"\xFF\xFE" + little, "\xFE\xFF" + big, little, big}) {
    EXPECT_THAT(read(file).header, ElementsAre("a", "b"));
    EXPECT_EQ(read(file).rows, (std::vector<CsvRow>{{1, 2, {"1", "2"}, ""}}));
  }
  EXPECT_THAT(read("\xFF\xFE" + little + wide).rows[1].fields, ElementsAre("\xF0\x9F\x98\x80"));
}

TEST(Csv, BrokenEncodingsNameFilePlaceAndWayOut) {
  const std::string start(
      "\xFF\xFE"
      "a\0\n\0",
      6);
  for (const std::string& rest : {std::string("b"), std::string("\x00\xDE", 2),
                                  std::string("\x3D\xD8"
                                              "a\0",
                                              4)}) {
    EXPECT_THAT([&] { read(start + rest); },
                ThrowsMessage<FileError>(StrEq("t.csv: line 2: broken UTF-16; save the file as UTF-8")));
  }
  EXPECT_THAT([] { read(std::string("\xFF\xFE\0\0a\0\0\0", 8)); },
              ThrowsMessage<FileError>(StrEq("t.csv: is UTF-32, which is not read; save the file as UTF-8")));
}

TEST(Csv, FilesThatAreNoTextAreNamed) {
  for (const auto& [text, kind] :
       {std::pair(std::string("PK\x03\x04\x14\0\x06\0", 8), "a ZIP archive or a workbook"),
        std::pair(std::string("%PDF-1.7\n"), "a PDF document"),
        std::pair(std::string("<!DOCTYPE html>\n<html>"), "a web page"),
        std::pair(std::string("\xFD"
                              "7zXZ\0\0\4",
                              8),
                  "compressed by xz"),
        std::pair(std::string("BZh91AY&SY"), "compressed by bzip2"),
        std::pair(std::string("\x28\xB5\x2F\xFD$"), "compressed by zstd"),
        std::pair(std::string("PAR1"), "a Parquet file"),
        std::pair(std::string("SQLite format 3\0", 16), "a database"),
        std::pair("a,b\n" + std::string("\x01\x02\x03\x89PNG\x1A\n\x10\x11", 12), "no text")}) {
    EXPECT_THAT([&] { read(text); }, ThrowsMessage<FileError>(AllOf(HasSubstr("t.csv: is "), HasSubstr(kind),
                                                                    HasSubstr("save the table as CSV"))));
  }
}

TEST(Csv, MolBlocksAreNoTable) {
  const std::string block = "a\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n";
  EXPECT_THAT([&] { read(block); },
              ThrowsMessage<FileError>(HasSubstr("t.csv: holds mol blocks; name it .sdf")));
  EXPECT_THAT(read("\"" + block + "\"\n", {.header = false}).rows, ElementsAre(CsvRow{1, 1, {block}, ""}));
}

// Characters that are cut by the end of a block of the file.
TEST(Csv, LongFilesKeepTheirCharacters) {
  std::string text = "a,b\n";
  for (int i = 0; i < 40'000; ++i) text += "\xC2\xB5,\xB5\n";
  const Table table = read(text);
  ASSERT_EQ(table.rows.size(), 40'000u);
  for (const CsvRow& row : table.rows)
    ASSERT_THAT(row.fields, ElementsAre("\xC2\xB5", "\xC2\xB5")) << row.line;
}

TEST(Csv, EmptyFieldsAtTheEndsOfLinesDoNotMatter) {
  EXPECT_EQ(read("a,b\n1,2,\n3,4,,\n").rows,
            (std::vector<CsvRow>{{1, 2, {"1", "2"}, ""}, {2, 3, {"3", "4"}, ""}}));
  EXPECT_EQ(read("a,b,\n1,2\n3,4,\n").rows,
            (std::vector<CsvRow>{{1, 2, {"1", "2", ""}, ""}, {2, 3, {"3", "4", ""}, ""}}));
}

TEST(Csv, BlankRowsBeforeTheHeaderAreSkipped) {
  EXPECT_THAT(read("  \n,\n a , b\n1,2\n").header, ElementsAre("a", "b"));
  EXPECT_THAT(read("  \n,\n a , b\n1,2\n").rows, ElementsAre(CsvRow{1, 4, {"1", "2"}, ""}));
}

// Every character that means something to the format is frequent; any other of ASCII may come.
rc::Gen<std::string> field() {
  return rc::gen::container<std::string>(rc::gen::weightedOneOf<char>(
      {{3, rc::gen::elementOf(std::string(",\"\n\r\t "))}, {1, rc::gen::inRange<char>(1, 127)}}));
}

rc::Gen<std::string> any_bytes() {
  return rc::gen::container<std::string>(rc::gen::weightedOneOf<char>(
      {{3, rc::gen::elementOf(std::string(",;\"\n\r\t \xEF\xBB\xBF\xFF\xFE\xD8\0", 14))},
       {1, rc::gen::arbitrary<char>()}}));
}

RC_GTEST_PROP(Csv, WrittenRowsAreReadBack, ()) {
  const auto width = *rc::gen::inRange<std::size_t>(1, 4);
  const auto rows = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::container<std::vector<std::string>>(width, field())));
  const char delimiter = *rc::gen::element(',', '\t', ';');
  std::stringstream stream;
  for (const auto& row : rows) write_csv_row(stream, row, delimiter);
  CsvReader reader(stream, "t.csv", {delimiter, false, false});
  for (const auto& expected : rows) {
    CsvRow row;
    RC_ASSERT(reader.next(row));
    RC_ASSERT(row.problem.empty());
    RC_ASSERT(row.fields == expected);
  }
  CsvRow row;
  RC_ASSERT(!reader.next(row));
}

// Bad input is reported, never worse; the sanitizers watch.
RC_GTEST_PROP(Csv, ArbitraryBytesDoNotCrash, ()) {
  try {
    read(*any_bytes(), {*rc::gen::element(',', ' '), *rc::gen::arbitrary<bool>()});
  } catch (const FileError& error) {
    RC_ASSERT(std::string(error.what()).starts_with("t.csv: "));
  }
}

// Skipping and going to a place must give the rows that reading gives, from every row on.
void expect_rows_from_every_place(const std::string& text, CsvFormat format = {}) {
  const std::vector<CsvRow> rows = read(text, format).rows;
  std::vector<RowPlace> places;
  {
    std::istringstream stream(text);
    CsvReader reader(stream, "t.csv", format);
    places.push_back(reader.place());
    for (CsvRow row; reader.next(row);) places.push_back(reader.place());
  }
  ASSERT_EQ(places.size(), rows.size() + 1);
  for (std::size_t i = 0; i <= rows.size(); ++i) {
    const std::vector<CsvRow> rest(rows.begin() + static_cast<std::ptrdiff_t>(i), rows.end());
    std::istringstream skipped_stream(text), stream(text);
    CsvReader skipped(skipped_stream, "t.csv", format), sent(stream, "t.csv", format);
    EXPECT_EQ(skipped.skip(static_cast<std::int64_t>(i)), static_cast<std::int64_t>(i));
    EXPECT_EQ(skipped.place(), places[i]);
    sent.go_to(places[i]);
    std::vector<CsvRow> after_skip, after_going;
    for (CsvRow row; skipped.next(row);) after_skip.push_back(row);
    for (CsvRow row; sent.next(row);) after_going.push_back(row);
    EXPECT_EQ(after_skip, rest) << i;
    EXPECT_EQ(after_going, rest) << i;
  }
}

TEST(Csv, GoesOnAtEveryRow) {
  expect_rows_from_every_place(
      "a,b\n1,2\n\n \n\"two\nlines\",4\n,\n\"\",\n5,6,7\n8,x\"y\"\n\r\n9,10\r\n11,12");
  expect_rows_from_every_place(
      "\xEF\xBB\xBF"
      "a;b\n1;2\n\xE4;\xC3\xA4\n3;4\n");
  expect_rows_from_every_place("1,2\n3,4\n5,6\n", {.header = false});
  expect_rows_from_every_place("a\r1\r\r2\r");
  expect_rows_from_every_place("CCO ethanol\n\n \t\n\"C one\n  CC two three\n",
                               {.delimiter = ' ', .header = false});
  expect_rows_from_every_place(
      std::string("\xFF\xFE"
                  "a\0\n\0"
                  "1\0\n\0"
                  "2\0\n\0",
                  14));
}

TEST(Csv, GoesOnInLaterBlocksOfMixedEncoding) {
  // Longer than two blocks; characters of two bytes and bytes of Windows-1252 lie across their ends.
  std::string text = "name,number\n";
  for (int i = 0; text.size() < 200000; ++i) {
    text += std::string(static_cast<std::size_t>(i % 7), 'x') +
            (i % 3 == 0   ? "\xC3\xA4"
             : i % 3 == 1 ? "\xE4"
                          : "a") +
            "," + std::to_string(i) + (i % 11 == 0 ? "\n\n" : "\n");
  }
  const std::vector<CsvRow> rows = read(text).rows;
  std::istringstream stream(text), other(text);
  CsvReader reader(stream, "t.csv"), sent(other, "t.csv");
  for (std::int64_t at = 0; at + 1000 < std::ssize(rows); at += 1000) {
    EXPECT_EQ(reader.skip(1000), 1000);
    sent.go_to(reader.place());
    CsvRow row;
    ASSERT_TRUE(sent.next(row));
    EXPECT_EQ(row, rows[static_cast<std::size_t>(at) + 1000]);
  }
  EXPECT_LT(reader.skip(100000), 1000);
  CsvRow row;
  EXPECT_FALSE(reader.next(row));
}

RC_GTEST_PROP(Csv, SkipsTheRowsThatItReads, ()) {
  const auto text =
      "a,b\n" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"\n\r \t;")));
  std::vector<CsvRow> rows;
  try {
    rows = read(text).rows;
  } catch (const FileError&) {
    return;  // a quote that is never closed
  }
  const auto first = *rc::gen::inRange<std::size_t>(0, rows.size() + 1);
  std::istringstream stream(text);
  CsvReader reader(stream, "t.csv");
  RC_ASSERT(reader.skip(static_cast<std::int64_t>(first)) == static_cast<std::int64_t>(first));
  std::vector<CsvRow> rest;
  for (CsvRow row; reader.next(row);) rest.push_back(row);
  RC_ASSERT(rest == std::vector<CsvRow>(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end()));
}

TEST(Csv, CannotGoBackToTheFirstRowWithoutAHeader) {
  std::istringstream stream("1,2\n3,4\n");
  CsvReader reader(stream, "t.csv", {.header = false});
  const RowPlace begin = reader.place();
  CsvRow row;
  reader.next(row);
  EXPECT_THAT([&] { reader.go_to(begin); }, ThrowsMessage<FileError>(HasSubstr("open the file again")));
}

}  // namespace
}  // namespace plstm
