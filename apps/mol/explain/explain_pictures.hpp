#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/chem/explain/explain.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/molecule_predictor.hpp>

#include "support/terminal/output_folder.hpp"

namespace plstm::mol {

/// Pictures of explanations, one for each molecule and target, with one scale for all molecules of a target. They are
/// drawn in the end, when the scale is known, so the molecules stay in memory until then.
class ExplanationPictures {
 public:
  /// Throws FileError if the folder cannot be made or written.
  ExplanationPictures(std::filesystem::path folder, const MoleculePredictor& predictor);

  void add(std::int64_t row, std::string name, Molecule molecule, const Explanation& explanation);

  /// Puts all pictures in place together: row<r>.svg, or row<r>_target<t>.svg with t from 1 if there are several targets.
  /// Pictures of these names that an earlier run left are removed. Returns the number of pictures; throws FileError.
  std::size_t write();

 private:
  struct Item {
    std::int64_t row = 0;
    std::string name;
    Molecule molecule;
    std::vector<double> prediction, baseline, atoms;
  };
  double scale(std::size_t column) const;
  std::string picture(const Item& item, std::size_t column, double scale) const;
  std::string file_name(const Item& item, std::size_t column) const;

  apps::OutputFolder folder_;
  const std::vector<std::string>& names_;
  std::vector<bool> log_odds_;
  std::vector<Item> items_;
};

}  // namespace plstm::mol
