#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <plstm/nn/graphs/graph_batch.hpp>

namespace plstm::bench {

inline constexpr std::size_t kBatchSize = 64;  ///< molecules per training step, as in the paper
inline constexpr std::size_t kAllMolecules = std::numeric_limits<std::size_t>::max();

/// Molecules to compute with.
struct MoleculeSet {
  std::string source;               ///< where they come from, for labels
  std::vector<std::string> smiles;  ///< empty if they were not read from SMILES
  std::vector<PreparedGraph> graphs;
  std::vector<std::int32_t> node_vocabulary_sizes, edge_vocabulary_sizes;
  std::int32_t node_value_width = 0, edge_value_width = 0;
  std::int32_t max_degree = 0;
};

/// Which molecules of a file are taken.
struct MoleculeFilter {
  std::size_t most = kAllMolecules;  ///< the first that pass
  EdgeId min_bonds = 0;
};

/// Molecules of a file of SMILES that comes with RDKit, named from the folder of RDKit's data ($RDBASE, or
/// where Debian's rdkit-data puts it). Without RDKit or that file: at most `synthetic` random graphs that
/// look like molecules.
MoleculeSet rdkit_molecules(const std::filesystem::path& file, MoleculeFilter filter, std::size_t synthetic);

/// Graphs of a graph file. Throws FileError, also if no graph passes.
MoleculeSet molecules_of_graph_file(const std::filesystem::path& path, MoleculeFilter filter);

}  // namespace plstm::bench
