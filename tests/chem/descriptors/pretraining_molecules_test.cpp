#include <cmath>
#include <filesystem>
#include <string>
#include <unordered_set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/descriptors/descriptors.hpp>
#include <plstm/chem/descriptors/pretraining_molecules.hpp>
#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>
#include <plstm/learn/pretraining/pretraining_set.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PretrainingMoleculesTest : public ::testing::Test {
 protected:
  PretrainingMoleculesTest() : input_(folder_ / "a.csv"), output_(folder_ / "a.set") {}

  // The chain of n carbons with an alcohol.
  static std::string chain(int n) { return std::string(static_cast<std::size_t>(n), 'C') + "O"; }

  TemporaryFolder folder_;
  std::filesystem::path input_, output_;
};

TEST_F(PretrainingMoleculesTest, KeepsGraphsAndDescriptors) {
  write_text_to(input_, "smiles\nCCO\nc1ccccc1O\nCC(=O)O\n");
  const PretrainingMolecules counts = write_pretraining_molecules(input_, output_);
  EXPECT_EQ(counts.rows, 3);
  EXPECT_EQ(counts.kept, 3);
  EXPECT_TRUE(counts.finished);
  const PretrainingSet set(output_);
  ASSERT_EQ(set.num_graphs(), 3);
  EXPECT_EQ(set.header().target_names,
            std::vector<std::string>(descriptor_names().begin(), descriptor_names().end()));
  const PretrainingBlock block = set.read(0);
  EXPECT_EQ(block.graphs[1], featurize(parse_smiles("c1ccccc1O")).graph);
  const std::vector<float> values = descriptors(parse_smiles("c1ccccc1O"));
  std::size_t varying = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double mean = set.header().mean[k], scale = set.header().scale[k];
    const float stored = block.targets[values.size() + k];
    if (std::isnan(values[k])) continue;
    EXPECT_NEAR(stored, (static_cast<double>(values[k]) - mean) / scale, 0.024)
        << set.header().target_names[k];
    varying += stored != 0 ? 1 : 0;
  }
  EXPECT_GT(varying, 200u);
}

TEST_F(PretrainingMoleculesTest, CountsWhatItDoesNotKeep) {
  write_text_to(input_, "smiles\nCCO\nno molecule\nOCC\n" + std::string(310, 'C') + "\nCCN\n");
  PretrainingMoleculesOptions options;
  options.left_out = {canonical_smiles(parse_smiles("OCC"))};
  const PretrainingMolecules counts = write_pretraining_molecules(input_, output_, options);
  EXPECT_EQ(counts.rows, 5);
  EXPECT_EQ(counts.kept, 1);
  EXPECT_EQ(counts.bad, 1);
  EXPECT_EQ(counts.left_out, 2) << "another way of writing it is the same molecule";
  EXPECT_EQ(counts.too_large, 1);
  EXPECT_THAT(counts.first_error, HasSubstr("row 2"));
}

TEST_F(PretrainingMoleculesTest, GoesOnWhereItWasStopped) {
  std::string table = "smiles\n";
  for (int i = 0; i < 150; ++i) table += chain(1 + i % 30) + "\n";
  write_text_to(input_, table);
  PretrainingMoleculesOptions options;
  options.measured = 60;
  options.rows_at_a_time = 50;
  write_pretraining_molecules(input_, folder_ / "whole.set", options);
  int pieces = 0;
  options.stop = [&] { return ++pieces == 3; };
  const PretrainingMolecules first = write_pretraining_molecules(input_, output_, options);
  EXPECT_FALSE(first.finished);
  EXPECT_FALSE(std::filesystem::exists(output_));
  options.stop = {};
  options.resume = true;
  options.source = "another file";
  EXPECT_THAT([&] { write_pretraining_molecules(input_, output_, options); },
              ThrowsMessage<FileError>(HasSubstr("other molecules")));
  options.source.clear();
  const PretrainingMolecules second = write_pretraining_molecules(input_, output_, options);
  EXPECT_EQ(second.kept, 150);
  EXPECT_EQ(text_of(output_), text_of(folder_ / "whole.set"));
}

TEST_F(PretrainingMoleculesTest, AFileWithoutMoleculesIsAnError) {
  write_text_to(input_, "smiles\n" + std::string(310, 'C') + "\n");
  EXPECT_THAT([&] { write_pretraining_molecules(input_, output_); },
              ThrowsMessage<FileError>(HasSubstr("no molecule to learn from")));
}

TEST_F(PretrainingMoleculesTest, FindsTheMoleculesOfAFile) {
  write_text_to(input_, "smiles\nOCC\nCCO\nxx\nCCN\n");
  EXPECT_EQ(canonical_smiles_of_file(input_), (std::unordered_set<std::string>{"CCO", "CCN"}));
}

}  // namespace
}  // namespace plstm::test
