#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/data/files/output_file.hpp>

namespace plstm::test {

/// A model of ten molecules, made once.
inline const MoleculePredictor& small_predictor() {
  static const MoleculePredictor predictor = [] {
    const std::vector<std::string> smiles{"C",       "CC",  "CCC",  "CCO",     "c1ccccc1",
                                          "CC(=O)O", "CCN", "CCCl", "C1CCCC1", "CO"};
    const std::vector<double> targets{1, 2, 3, 2.5, 6, 3.5, 2.5, 3, 5, 1.5};
    Recipe recipe = recipe::regression();
    recipe.members = 1;
    recipe.epochs = 1;
    recipe.width = 8;
    return fit_molecules(smiles, targets, recipe);
  }();
  return predictor;
}

/// Rows `first` to `last` - 1 of a made-up library, each with an id and a number; every seventh row is bad.
inline std::string library_rows(int first, int last) {
  std::string text;
  for (int i = first; i < last; ++i) {
    const char* ends[] = {"O", "N", "c1ccccc1", "Cl"};
    const std::string smiles = std::string(static_cast<std::size_t>(1 + i % 9), 'C') + ends[i % 4];
    text += (i % 7 == 6 ? "C1CC" : smiles) + ",m" + std::to_string(i) + "," + std::to_string(i % 5) + "\n";
  }
  return text;
}

inline std::string library_table(int first, int last) {
  return "smiles,id,stock\n" + library_rows(first, last);
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  OutputFile file(path);
  file.stream() << text;
  file.commit();
}

}  // namespace plstm::test
