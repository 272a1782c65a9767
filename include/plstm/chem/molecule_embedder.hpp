#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>

namespace plstm {

/// Embeddings of molecules: what the networks of a model make of them (learn/embedder.hpp).
struct MoleculeEmbeddings {
  std::vector<float> values;  ///< [rows, MoleculeEmbedder::width()], row-major; NaN where there is an error
  std::vector<std::string> errors;  ///< [rows] why a row has no embedding; empty if it has one
};

/// An Embedder that reads SMILES as a MoleculePredictor does.
///
/// embed() is const and thread-safe, and it runs in parallel itself.
class MoleculeEmbedder {
 public:
  /// Throws ConfigError if the model does not predict whole molecules. The predictor must outlive the embedder.
  explicit MoleculeEmbedder(const MoleculePredictor& predictor);
  ~MoleculeEmbedder();
  MoleculeEmbedder(MoleculeEmbedder&&) noexcept;
  MoleculeEmbedder& operator=(MoleculeEmbedder&&) noexcept;

  std::int64_t width() const noexcept;

  /// SMILES and columns are those of MoleculePredictor::predict(). Throws ShapeError for another number of them.
  MoleculeEmbeddings embed(std::span<const std::string> smiles, std::span<const double> columns = {}) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace plstm
