// Molecules without files: train on SMILES in memory, save, load, and predict. A SMILES that cannot be read gives its
// reason in place of a value.

#include <cstdio>
#include <string>
#include <vector>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/plstm.hpp>

int main() {
  // Alcohols and alkanes with their boiling points in degrees Celsius (rounded textbook values).
  const std::vector<std::string> smiles{"C",      "CC",     "CCC",     "CCCC",    "CCCCC",   "CCCCCC",
                                        "CO",     "CCO",    "CCCO",    "CCCCO",   "CCCCCO",  "CCCCCCO",
                                        "CC(C)C", "CC(C)O", "CC(C)CO", "CC(C)CC", "CCCCCCC", "CCCCCCCO"};
  const std::vector<double> boiling_points{-162, -89, -42, -1,  36, 69,  65, 78, 97,
                                           118,  138, 157, -12, 82, 108, 28, 98, 176};

  plstm::Recipe recipe = plstm::recipe::regression();
  recipe.members = 1;
  recipe.epochs = 20;
  plstm::fit_molecules(smiles, boiling_points, recipe).save("boiling.safetensors");

  const auto predictor = plstm::MoleculePredictor::load("boiling.safetensors");
  const std::vector<std::string> asked{"CCCCCO", "CC(C)(C)O", "C1CC"};
  const std::vector<plstm::MoleculePrediction> results = predictor.predict(asked);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (results[i]) {
      std::printf("%-10s %6.1f degrees Celsius\n", asked[i].c_str(), results[i].values[0]);
    } else {
      std::printf("%-10s %s\n", asked[i].c_str(), results[i].error.c_str());
    }
  }
  return results[0] && results[1] && !results[2] ? 0 : 1;
}
