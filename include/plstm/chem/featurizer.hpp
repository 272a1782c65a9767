#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/molecule.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

/// One categorical feature: the code c of an atom or bond means values[c].
struct FeatureColumn {
  std::string name;
  /// Ends in "other", which stands for all values that are not listed, unless the list is complete.
  std::vector<std::string> values;

  bool operator==(const FeatureColumn&) const = default;
};

/// The 9 atom features of the Open Graph Benchmark (Hu et al., NeurIPS 2020), [N, 9]: atomic_number (1..118),
/// chirality, degree (with hydrogens, 0..10), formal_charge (-5..5), num_hydrogens (those that are no nodes, 0..8),
/// num_radical_electrons (0..4), hybridization, is_aromatic, is_in_ring.
std::span<const FeatureColumn> atom_columns();

/// The 3 bond features of the Open Graph Benchmark, [E, 3]: bond_type, stereo (here with an additional "other", as
/// newer versions of RDKit may know more values), is_conjugated.
std::span<const FeatureColumn> bond_columns();

/// Optional real values of atoms, [N, 5]: the contribution of the atom to Crippen's logP and molar refractivity
/// (Wildman & Crippen 1999), to the polar surface (Ertl et al. 2000) and to Labute's approximate surface (Labute
/// 2000), and Gasteiger's partial charge (Gasteiger & Marsili 1980; 0 where it has no parameters). They are the values
/// of RDKit, shifted and scaled to about one and rounded to multiples of 2^-12.
std::span<const std::string_view> atom_value_names();

/// Optional real values of whole molecules, [G]: sizes; counts of rings, donors, acceptors and the like; Crippen's
/// logP and molar refractivity; surfaces, also split by ranges of logP, refractivity and charge; connectivity and
/// shape indices; molecular quantum numbers. They are the values of RDKit, rounded to multiples of 2^-10, but for
/// molecules of hundreds of atoms of one kind, where RDKit stops after 1,000 matches of a pattern.
std::span<const std::string> molecule_value_names();

/// The number of values of each column, as models and graph files need it.
std::vector<std::int32_t> vocabulary_sizes(std::span<const FeatureColumn> columns);

/// {"atom": [{"name": ..., "values": [...]}, ...], "bond": [...]}. A model trained on these codes must be stored
/// together with this text.
std::string vocabulary_json();

/// How bonds become directed edges.
enum class BondOrientation {
  kCanonicalRank,  ///< from the lower to the higher canonical rank, see featurize
  kInputOrder,     ///< from the lower to the higher atom index of the input
  kBreadthFirst,   ///< orient_by_bfs on the input order
  kDepthFirst      ///< orient_by_dfs on the input order
};

/// "canonical", "input", "bfs", "dfs".
std::string_view name(BondOrientation orientation);

/// The orientation of that name. Throws ConfigError listing the names for any other text.
BondOrientation bond_orientation(std::string_view name);

struct FeaturizeOptions {
  BondOrientation orientation = BondOrientation::kCanonicalRank;
  bool atom_values = false;      ///< with the node values of atom_value_names()
  bool molecule_values = false;  ///< with the graph values of molecule_value_names()
  bool counts = false;           ///< with graph_counts, those of substructure_counts()
  bool hydrogens = false;  ///< hydrogens are nodes, too; values of molecules and counts stay as they are
  /// What standardize() did to the molecule before. featurize() only takes the molecule that it is given; whoever reads
  /// molecules for these options (MoleculeReader, MoleculePredictor, ...) standardises them.
  StandardizeOptions standardize = {};
  /// Names of the numbers that stand beside a molecule, such as the temperature of a measurement. They are the last of
  /// the graph values, and whoever has the molecule gives them.
  std::vector<std::string> columns = {};
  /// Names of the molecules that a row has, such as "solute" and "solvent"; empty: one, which needs no name. Never one.
  std::vector<std::string> molecules = {};

  std::size_t num_molecules() const { return molecules.empty() ? 1 : molecules.size(); }

  bool operator==(const FeaturizeOptions&) const = default;
};

/// Graph of a molecule. N atoms, with hydrogens if asked for, E bonds.
struct MolecularGraph {
  AttributedGraph graph;  ///< node_codes [N, 9], edge_codes [E, 3]; node_values [N, 5] and
                          ///< graph_values [G] if asked for; then come those of the columns
  /// [N] index of the atom in the SMILES or mol block; of a hydrogen that is a node by FeaturizeOptions::hydrogens, that
  /// of the atom which it is bound to
  std::vector<std::int32_t> atom_of_node;
};

/// Nodes are atoms and edges are bonds. A molecule may have several fragments, no bonds, or one atom. About
/// O(N log N).
///
/// With kCanonicalRank, nodes are numbered by RDKit's canonical rank with ties broken (Schneider, Sahnoun &
/// Landrum, J. Chem. Inf. Model. 2015). Edges are sorted by (tail, head), and the chirality code refers to the
/// neighbours in order of rank. The graph of a molecule is then bitwise identical for every way of writing its
/// SMILES. RDKit's ranks take a time cubic in the number of atoms, so molecules of more than 300 heavy atoms are
/// numbered by refinement of their atoms' neighbourhoods instead, in O(N log N). The other orientations keep the
/// order of atoms and bonds of the input, and RDKit's chirality tag, which refers to that order.
///
/// `columns` are the numbers of FeaturizeOptions::columns, NaN where one is missing. Throws ShapeError unless there are as
/// many as names, and ConfigError for one beyond the range of float.
MolecularGraph featurize(const Molecule& molecule, const FeaturizeOptions& options = {},
                         std::span<const double> columns = {});

/// Graph of a row of several molecules, those of FeaturizeOptions::molecules in their order: their graphs side by side.
/// node_codes [N, 10] also say which molecule a node belongs to. Values of the molecules follow each other, counts are told
/// apart by molecule, and atoms are counted through. One molecule is as above. Throws ShapeError for another number of
/// molecules.
MolecularGraph featurize(std::span<const Molecule> row, const FeaturizeOptions& options,
                         std::span<const double> columns = {});

/// The vocabulary sizes of node_codes.
std::vector<std::int32_t> node_vocabulary_sizes(const FeaturizeOptions& options);

/// Molecules of a row at most.
inline constexpr std::size_t kMostMolecules = 8;

/// Throws ShapeError unless there is a number for each of FeaturizeOptions::columns, and ConfigError for one beyond the
/// range of float.
void check_columns(const FeaturizeOptions& options, std::span<const double> columns);

}  // namespace plstm
