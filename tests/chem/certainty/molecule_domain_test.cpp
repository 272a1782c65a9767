#include "plstm/chem/certainty/molecule_domain.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/fit_molecules.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Predictor fitted(const std::vector<std::string>& smiles) {
  std::vector<double> targets;
  for (const std::string& each : smiles) targets.push_back(static_cast<double>(each.size()));
  const LabeledGraphs data = labeled_molecules(smiles, targets);
  Recipe recipe = recipe::regression();
  recipe.members = 1;
  recipe.epochs = 1;
  recipe.width = 8;
  return fit(data, recipe);
}

MoleculeDomain compare(const MoleculeDomainIndex& index, const std::string& smiles, std::int64_t count = 1) {
  const Molecule molecule = parse_smiles(smiles);
  return index.compare(molecule, featurize(molecule).graph, count);
}

TEST(MoleculeDomain, FindsTheNearestAndWhatIsNew) {
  const std::vector<std::string> learnt{"CCO", "CCCO", "CCCCN", "C[NH3+]"};
  const Predictor predictor = fitted(learnt);
  const MoleculeDomainIndex index(predictor);
  EXPECT_TRUE(index.knows_codes());
  EXPECT_EQ(index.num_molecules(), 4);
  EXPECT_THAT(compare(index, "OCC").nearest, ElementsAre(TrainingNeighbour{0, 1.0}));
  const MoleculeDomain two = compare(index, "OCCC", 2);
  ASSERT_THAT(two.nearest, SizeIs(2));
  EXPECT_EQ(two.nearest[0].number, 1);
  EXPECT_GT(two.nearest[1].similarity, 0);
  EXPECT_LT(two.nearest[1].similarity, 1);
  EXPECT_THAT(compare(index, "OCCC", 0).nearest, IsEmpty());
  EXPECT_THAT(compare(index, "OCC").warning, IsEmpty());
  EXPECT_THAT(compare(index, "CCBr").warning, HasSubstr("element Br"));
  EXPECT_THAT(compare(index, "C[N+](C)(C)C").warning, HasSubstr("an atom with num hydrogens 0"));
  EXPECT_THAT(compare(index, "C=CC").warning, HasSubstr("a bond with bond type double"));
  EXPECT_THAT(compare(index, "C1CCC1").warning, HasSubstr("an atom that is in ring"));
  EXPECT_EQ(compare(index, "CCCCCCCCO").warning, "never seen in training: 9 heavy atoms (2 to 5 were seen)");
}

TEST(MoleculeDomain, LearntMoleculesAreKnownInOtherTables) {
  const Predictor predictor = fitted({"CCO", "CCCO", "CCCCN"});
  std::vector<std::vector<std::uint32_t>> fingerprints;
  for (const char* smiles : {"CCBr", "OCC", "c1ccccc1", "NCCCC", "CCO"}) {
    const Molecule molecule = parse_smiles(smiles);
    fingerprints.push_back(row_fingerprint({&molecule, 1}));
  }
  EXPECT_THAT(rows_like_learnt_ones(predictor, fingerprints, std::vector<std::int32_t>{4, 0, 1, 2}),
              ElementsAre(4, 1));
  EXPECT_THROW(rows_like_learnt_ones(predictor, fingerprints, std::vector<std::int32_t>{5}), ShapeError);
}

TEST(MoleculeDomain, SeveralTrainingsAreOneDomain) {
  const Predictor a = fitted({"CCO", "CCCO"}), b = fitted({"CC", "CCO"});
  std::vector<TrainedModel> members(a.members().begin(), a.members().end());
  members.insert(members.end(), b.members().begin(), b.members().end());
  const Predictor both(members);
  const MoleculeDomainIndex index(both);
  EXPECT_EQ(index.num_molecules(), 4);
  const MoleculeDomain domain = compare(index, "CCO", 2);
  EXPECT_THAT(domain.nearest, ElementsAre(TrainingNeighbour{0, 1.0}, TrainingNeighbour{1, 1.0}));
  EXPECT_THAT(compare(index, "CCCO").warning, HasSubstr("4 heavy atoms")) << "the second has not seen it";
}

TEST(MoleculeDomain, OlderModelsKnowNothing) {
  const Predictor predictor = fitted({"CCO", "CCCO"});
  std::vector<TrainedModel> members(predictor.members().begin(), predictor.members().end());
  members.front().domain = nullptr;
  const Predictor old(members);
  const MoleculeDomainIndex index(old);
  EXPECT_FALSE(index.knows_codes());
  EXPECT_THAT(compare(index, "CCBr").warning, IsEmpty());
  EXPECT_THAT(compare(index, "CCBr").nearest, IsEmpty());
}

}  // namespace
}  // namespace plstm::test
