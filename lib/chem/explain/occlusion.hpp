#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>

#include "chem/explain/remaining_counts.hpp"

namespace plstm {

/// What a model reads of a molecule when some of its atoms are hidden. The other atoms stay as they are bound in the
/// molecule; nothing is put in the place of hidden ones:
///
///   nodes and edges    those of the other atoms and of the bonds between them, with the features that they have
///   values             less the shares of the hidden atoms (value_shares); those of columns beside the molecule stay
///   counts             RemainingCounts
///
/// Atoms of several molecules of a row are counted through. Made once a row; may be shared between threads.
class Occlusion {
 public:
  /// Throws what featurize throws.
  Occlusion(const Molecule& molecule, const FeaturizeOptions& options, std::span<const double> columns = {})
      : Occlusion(std::span(&molecule, 1), options, columns) {}
  Occlusion(std::span<const Molecule> row, const FeaturizeOptions& options,
            std::span<const double> columns = {});

  const AttributedGraph& whole() const noexcept { return features_.graph; }
  /// Atoms that can be hidden. A hydrogen that is a node of its own belongs to the atom that carries it.
  std::size_t num_atoms() const noexcept { return num_atoms_; }
  const std::vector<std::int32_t>& atom_of_node() const noexcept { return features_.atom_of_node; }
  /// The first values of the graph, which belong to the molecule. Those behind them stand beside it.
  std::size_t num_molecule_values() const noexcept { return num_values_; }
  /// [atoms, molecule values] of value_shares(); empty without values.
  std::span<const double> shares() const noexcept { return shares_; }
  /// The counts of without(). Only for features with counts.
  std::vector<GraphCount> counts_without(std::span<const std::int32_t> hidden) const;
  /// hidden: indices of atoms, each once; all of them leave a graph without nodes.
  AttributedGraph without(std::span<const std::int32_t> hidden) const;

 private:
  MolecularGraph features_;
  std::size_t num_atoms_, num_values_;
  std::vector<double> shares_;             // [atoms, molecule values]
  std::vector<std::int32_t> first_atoms_;  // [molecules]
  std::vector<RemainingCounts> counts_;    // [molecules], or none
};

}  // namespace plstm
