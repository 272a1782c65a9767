#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule.hpp>
#include <plstm/graph/attributed_graph.hpp>
#include <plstm/learn/predictor.hpp>

namespace plstm {

/// A molecule that a model learnt from.
struct TrainingNeighbour {
  std::int64_t number = 0;  ///< in the data that the model learnt from; programs count rows from 1
  double similarity = 0;    ///< Tanimoto's coefficient of Morgan fingerprints (FingerprintOptions{})

  bool operator==(const TrainingNeighbour&) const = default;
};

/// How a molecule stands to those that a model learnt from.
struct MoleculeDomain {
  std::vector<TrainingNeighbour> nearest;  ///< the most alike first
  /// What the model has never seen: an element, a charge, a kind of bond, a size, a value of a column. Empty if there
  /// is nothing.
  std::string warning;
};

/// Compares molecules with those that the members of a predictor learnt from. Const objects may be shared between
/// threads.
class MoleculeDomainIndex {
 public:
  /// The members of the predictor must outlive it; moving the predictor does not hurt.
  explicit MoleculeDomainIndex(const Predictor& predictor);
  ~MoleculeDomainIndex();
  MoleculeDomainIndex(MoleculeDomainIndex&&) noexcept;
  MoleculeDomainIndex& operator=(MoleculeDomainIndex&&) noexcept;

  /// True if a member knows what it has seen; older model files do not.
  bool knows_codes() const noexcept;
  /// Molecules that neighbours are found among, 0 if the models keep none.
  std::int64_t num_molecules() const noexcept;

  /// `graph` is that of the molecule (featurize), and `neighbours` how many to find at most.
  MoleculeDomain compare(const Molecule& molecule, const AttributedGraph& graph,
                         std::int64_t neighbours = 1) const;
  /// The same of a row of several molecules. The more alike all of them are, the more alike are rows.
  MoleculeDomain compare(std::span<const Molecule> row, const AttributedGraph& graph,
                         std::int64_t neighbours = 1) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

/// Those of the rows whose fingerprint is the fingerprint of a molecule that a member learnt from, in their order: most
/// likely that molecule, in whatever file it stands. `fingerprints` has row_fingerprint() of every row. Members know
/// kMostDomainGraphs of their molecules at most; older model files know none. Throws ShapeError for a row without a
/// fingerprint.
std::vector<std::int32_t> rows_like_learnt_ones(const Predictor& predictor,
                                                std::span<const std::vector<std::uint32_t>> fingerprints,
                                                std::span<const std::int32_t> rows);

}  // namespace plstm
