#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/targets.hpp>

namespace plstm {

/// Rows of one molecule.
struct MoleculeRows {
  std::string smiles;              ///< canonical
  std::vector<std::int32_t> rows;  ///< ascending

  bool operator==(const MoleculeRows&) const = default;
};

/// Molecules of rows of `test` that stand in rows of `train` too, in the order of their first row of `test`; their
/// rows are those of `test`. `molecules` has the canonical SMILES of every row; rows where it is empty are no
/// molecule. Throws ShapeError for a row that is not in 0..molecules.size()-1.
std::vector<MoleculeRows> molecules_in_both(std::span<const std::string> molecules,
                                            std::span<const std::int32_t> train,
                                            std::span<const std::int32_t> test);

/// Molecules whose rows have labels that differ.
struct Contradiction {
  MoleculeRows molecule;  ///< with the rows that have a label
  std::size_t task = 0;
  double lowest = 0, highest = 0;

  bool operator==(const Contradiction&) const = default;
};

/// Molecules with several rows whose labels for a task differ by more than `tolerance`, by task, then by first row.
/// For classes the tolerance is 0. Throws ShapeError if there are not as many molecules as rows of targets.
std::vector<Contradiction> contradicting_labels(std::span<const std::string> molecules,
                                                const Targets& targets, double tolerance = 0);

/// Groups of rows that are joined wherever a row of one has the molecule of a row of another, ascending, in the order
/// of their first rows: what keeps equal molecules together in a split, however `groups` were found.
std::vector<std::vector<std::int32_t>> join_equal_molecules(std::span<const std::vector<std::int32_t>> groups,
                                                            std::span<const std::string> molecules);

}  // namespace plstm
