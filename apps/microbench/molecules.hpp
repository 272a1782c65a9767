#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <plstm/nn/graph_batch.hpp>

namespace plstm::microbench {

inline constexpr std::size_t kBatchSize = 64;  ///< molecules per training step, as in the paper
inline constexpr std::size_t kAllMolecules = std::numeric_limits<std::size_t>::max();

/// Molecules to compute with.
struct MoleculeSet {
  std::string source;               ///< where they come from, for labels
  std::vector<std::string> smiles;  ///< empty if they are synthetic
  std::vector<PreparedGraph> graphs;
  std::vector<std::int32_t> node_vocabulary_sizes, edge_vocabulary_sizes;
  std::int32_t max_degree = 0;
};

/// The first molecules of the series CHEMBL2321810 that comes with RDKit (in $RDBASE, or where Debian's
/// rdkit-data puts it). Without RDKit or that file: random graphs that look like molecules.
MoleculeSet make_molecules(std::size_t most);

}  // namespace plstm::microbench
