#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <plstm/chem/descriptors/descriptors.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/pretrained.hpp>
#include <plstm/core/error.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Pretrained, KnowsDescriptorsOfDrugs) {
  const std::vector<std::string> drugs{"CC(=O)Oc1ccccc1C(=O)O",
                                       "CC(=O)Nc1ccc(O)cc1",
                                       "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
                                       "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
                                       "CN1CCC23c4c5ccc(O)c4OC2C(O)C=CC3C1C5",
                                       "CC(CS)C(=O)N1CCCC1C(=O)O",
                                       "CCN(CC)CCNC(=O)c1ccc(N)cc1",
                                       "O=C(O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O"};
  const MoleculePredictor predictor = MoleculePredictor::load(pretrained_molecules_file());
  const std::vector<MoleculePrediction> said = predictor.predict(drugs);
  const TrainedModel& model = predictor.predictor().members().front();
  for (const char* name : {"heavy_atoms", "crippen_logp", "tpsa"}) {
    const auto column =
        static_cast<std::size_t>(std::ranges::find(predictor.columns(), name) - predictor.columns().begin());
    ASSERT_LT(column, predictor.columns().size()) << name;
    double squares = 0;
    for (std::size_t i = 0; i < drugs.size(); ++i) {
      ASSERT_TRUE(said[i]) << drugs[i] << said[i].error;
      const double truth = descriptors(parse_smiles(drugs[i]))[column];
      squares += std::pow(said[i].values[column] - truth, 2) / static_cast<double>(drugs.size());
    }
    EXPECT_LT(std::sqrt(squares), 0.4 * model.scaler->scale()[column])
        << name << ": of the deviation of drugs";
  }
}

TEST(Pretrained, SaysWhichFeaturesATrainingNeeds) {
  TrainedModel model = load_models(pretrained_molecules_file()).front();
  FeaturizeOptions expected = parse_featurizer(model.featurizer);
  EXPECT_FALSE(expected.counts);
  expected.counts = true;            // for a companion
  expected.molecule_values = false;  // the encoder does not read them
  EXPECT_EQ(featurize_options_from(model), expected);
  model.featurizer = "{}";
  EXPECT_THROW(featurize_options_from(model), FileError);
}

TEST(Pretrained, IsSmallEnoughForTheRepository) {
  EXPECT_LE(std::filesystem::file_size(pretrained_molecules_file()), 4'000'000u);
}

TEST(Pretrained, AVariableNamesAnother) {
  const TemporaryFolder folder;
  const auto set = [](const std::filesystem::path& path) { ::setenv("PLSTM_PRETRAINED", path.c_str(), 1); };
  set(folder / "none");
  EXPECT_THAT([] { pretrained_molecules_file(); }, ThrowsMessage<FileError>(HasSubstr("PLSTM_PRETRAINED")));
  write_text_to(folder / "mine", "x");
  set(folder / "mine");
  EXPECT_EQ(pretrained_molecules_file(), folder / "mine");
  ::unsetenv("PLSTM_PRETRAINED");
}

}  // namespace
}  // namespace plstm::test
