#include "plstm/chem/screen/molecule_files.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::Optional;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class MoleculeFilesTest : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
    return folder_ / name;
  }
  static MoleculeReaderOptions options() {
    MoleculeReaderOptions options;
    options.target_columns = std::vector<std::string>{};
    options.keep_fields = true;
    return options;
  }

  TemporaryFolder folder_;
};

std::vector<MoleculeRecord> all_of(MoleculeFiles& files) {
  std::vector<MoleculeRecord> all;
  while (true) {
    std::vector<MoleculeRecord> records = files.next_chunk(4);
    if (records.empty()) return all;
    for (MoleculeRecord& record : records) all.push_back(std::move(record));
  }
}

TEST_F(MoleculeFilesTest, CountsRowsThroughAllFiles) {
  MoleculeFiles files({file("a.csv", library_table(0, 5)), file("none.csv", "smiles,id,stock\n"),
                       file("b.csv.gz", library_table(5, 12))},
                      options());
  EXPECT_THAT(files.field_names(), ElementsAre("stock"));
  EXPECT_THAT(files.share_read(), Optional(Lt(0.5)));
  const std::vector<MoleculeRecord> records = all_of(files);
  ASSERT_THAT(records, SizeIs(12));
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(records[i].row, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(records[i].id, "m" + std::to_string(i));
  }
  EXPECT_EQ(records[5].line, 2) << "of its file";
  EXPECT_THAT(files.share_read(), Optional(DoubleEq(1)));
}

TEST_F(MoleculeFilesTest, GoesToPlacesForwardsAndBackwards) {
  const std::vector<std::filesystem::path> paths{file("a.csv", library_table(0, 5)),
                                                 file("b.csv.gz", library_table(5, 12))};
  std::vector<MoleculePlace> places;
  MoleculeReader reader(paths[1], options());
  for (int i = 0; i < 7; ++i) {
    places.push_back(reader.place());
    reader.skip(1);
  }
  MoleculeFiles files(paths, options());
  for (const std::size_t at : {3, 5, 0, 6, 2}) {
    files.go_to(1, places[at], 5);
    EXPECT_EQ(files.skip(1), 1);
    const auto records = files.next_chunk(1);
    if (at == 6) {
      EXPECT_THAT(records, SizeIs(0));
      continue;
    }
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].id, "m" + std::to_string(at + 6));
    EXPECT_EQ(records[0].row, static_cast<std::int64_t>(at) + 7);
  }
}

TEST_F(MoleculeFilesTest, RefusesOtherColumns) {
  const auto first = file("a.csv", "smiles,id,x\nC,a,1\n");
  EXPECT_THAT(
      [&] {
        MoleculeFiles({first, file("b.csv", "smiles,id,y\nC,a,1\n")}, options());
      },
      ThrowsMessage<FileError>(
          AllOf(HasSubstr("b.csv: has the column 'y' where"), HasSubstr("a.csv has the column 'x'"))));
  EXPECT_THAT(
      [&] {
        MoleculeFiles({first, file("c.csv", "smiles,id\nC,a\n")}, options());
      },
      ThrowsMessage<FileError>(HasSubstr("c.csv: has no column where")));
  MoleculeReaderOptions without_fields = options();
  without_fields.keep_fields = false;
  EXPECT_THAT(
      [&] {
        MoleculeFiles({first, file("d.csv", "id,smiles,x\na,C,1\n")}, without_fields);
      },
      ThrowsMessage<FileError>(HasSubstr("d.csv: has the column 'id' where")));
  EXPECT_THAT(
      [&] {
        MoleculeFiles({first, folder_ / "missing.csv"}, options());
      },
      ThrowsMessage<FileError>(HasSubstr("missing.csv")));
  EXPECT_THAT([&] { MoleculeFiles({"-", "-"}, options()); }, ThrowsMessage<ConfigError>(HasSubstr("once")));
  EXPECT_THAT([&] { MoleculeFiles({}, options()); }, ThrowsMessage<ConfigError>(HasSubstr("no file")));
  EXPECT_NO_THROW(
      MoleculeFiles({file("a.smi", "C methane\n"), file("b.smi", "CC\nCCC propane gas\n")}, options()));
}

}  // namespace
}  // namespace plstm::test
