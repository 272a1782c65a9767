#include "plstm/chem/molecule_embedder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/core/error.hpp>
#include <plstm/learn/embedder.hpp>

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Recipe small_recipe() {
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 1;
  recipe.width = 8;
  return recipe;
}

TEST(MoleculeEmbedder, SaysWhatTheEmbedderSaysOfTheGraphs) {
  const std::vector<std::string> smiles{"C", "CC", "CCO", "c1ccccc1", "CCN", "CCCl"};
  const std::vector<double> targets{1, 2, 3, 4, 5, 6};
  const MoleculePredictor predictor = fit_molecules(smiles, targets, small_recipe());
  const MoleculeEmbedder embedder(predictor);
  EXPECT_EQ(embedder.width(), 16) << "two networks of width 8";
  const MoleculeEmbeddings embeddings = embedder.embed(smiles);
  EXPECT_THAT(embeddings.errors, ::testing::Each(IsEmpty()));

  const LabeledGraphs data = labeled_molecules(smiles, targets, predictor.featurize_options());
  std::vector<std::int32_t> all(smiles.size());
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(embeddings.values, Embedder(predictor.predictor().members()).embed(data.graphs(), all));
}

TEST(MoleculeEmbedder, AMoleculeThatCannotBeReadHasNoValues) {
  const std::vector<std::string> smiles{"C", "CC", "CCO", "c1ccccc1"};
  const MoleculePredictor predictor = fit_molecules(smiles, std::vector<double>{1, 2, 3, 4}, small_recipe());
  const MoleculeEmbedder embedder(predictor);
  const MoleculeEmbeddings embeddings = embedder.embed(std::vector<std::string>{"C1CC", "CCO"});
  EXPECT_THAT(embeddings.errors[0], HasSubstr("C1CC"));
  EXPECT_THAT(embeddings.errors[1], IsEmpty());
  const auto is_nan = [](float value) { return std::isnan(value); };
  EXPECT_TRUE(std::all_of(embeddings.values.begin(), embeddings.values.begin() + 16, is_nan));
  EXPECT_TRUE(std::none_of(embeddings.values.begin() + 16, embeddings.values.end(), is_nan));
  EXPECT_THAT(embedder.embed({}).values, IsEmpty());
  EXPECT_THROW(embedder.embed(std::vector<std::string>{"C"}, std::vector<double>{1}), ShapeError);
}

TEST(MoleculeEmbedder, RefusesAModelOfAtoms) {
  const std::vector<std::string> smiles{"C", "CC", "CCO"};
  const std::vector<std::vector<double>> targets{{1}, {2, 3}, {4, 5, 6}};
  const FeaturizeOptions options;
  const MoleculePredictor predictor(
      fit(labeled_molecule_things(smiles, targets, 1, Readout::kNode, options), small_recipe()));
  EXPECT_THROW(MoleculeEmbedder{predictor}, ConfigError);
}

}  // namespace
}  // namespace plstm::test
