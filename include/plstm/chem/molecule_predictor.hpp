#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/certainty/molecule_domain.hpp>
#include <plstm/chem/featurizer.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>
#include <plstm/learn/predictor.hpp>

namespace plstm {

/// What a model says of one molecule: values, or the reason why there are none.
struct MoleculePrediction {
  /// One for each of MoleculePredictor::columns(). Of a model of atoms or bonds [rows, columns], row-major, in the
  /// order of the SMILES (MoleculeThings). Empty if there is an error.
  std::vector<double> values;
  std::string error;  ///< why the SMILES or the molecule cannot be used; empty if it can

  explicit operator bool() const noexcept { return error.empty(); }
};

/// The same with how sure the model is.
struct CertainMoleculePrediction {
  MoleculePrediction prediction;
  /// [tasks], or of a model of atoms or bonds [rows, tasks]; empty if there is an error.
  std::vector<TaskCertainty> certainty;
  MoleculeDomain domain;  ///< with as many neighbours as were asked for
};

/// A trained model that reads molecules: a Predictor with the way in which its molecules become graphs.
///
/// predict() is const and thread-safe, and it runs in parallel itself. A molecule has the same prediction in every list
/// and for every way of writing its SMILES, if the model was trained with canonical orientation (the default). "The
/// same" is what Predictor promises of bits. An atom or a bond has the same prediction, too, wherever it stands in the
/// SMILES.
class MoleculePredictor {
 public:
  /// Throws FileError or ConfigError if the model was not trained on molecules or on features of another version.
  explicit MoleculePredictor(Predictor predictor);

  /// Reads a model file, or the models in the folder of a run (model_files_of); several are averaged. Throws FileError
  /// naming the file and what is wrong with it.
  static MoleculePredictor load(const std::filesystem::path& path);
  /// The same for several files and folders.
  static MoleculePredictor load(std::span<const std::filesystem::path> paths);

  /// Writes one file that load() reads. Throws FileError.
  void save(const std::filesystem::path& path) const { predictor_.save(path); }

  /// A value or an error for each SMILES, in order. Of a model of several molecules a row (FeaturizeOptions::molecules) the
  /// SMILES are [rows, molecules], and each row has a value or an error; ShapeError for SMILES that fill no whole rows.
  /// Nothing is thrown for a SMILES that cannot be read. A model that reads columns beside the molecule
  /// (FeaturizeOptions::columns) has nothing but errors to give without them.
  std::vector<MoleculePrediction> predict(std::span<const std::string> smiles) const;
  MoleculePrediction predict(const std::string& smiles) const;

  /// The same with the numbers beside the molecules, [smiles, FeaturizeOptions::columns], NaN where one is missing. Throws
  /// ShapeError for another number of them.
  std::vector<MoleculePrediction> predict(std::span<const std::string> smiles,
                                          std::span<const double> columns) const;

  /// The same with intervals or sets of classes that hold the measured value with this confidence, and with the nearest
  /// molecules that the model learnt from. Throws ConfigError unless 0 < confidence < 1, and if the model is not
  /// calibrated (Predictor::calibration).
  std::vector<CertainMoleculePrediction> predict(std::span<const std::string> smiles, double confidence,
                                                 std::int64_t neighbours = 1) const;
  std::vector<CertainMoleculePrediction> predict(std::span<const std::string> smiles,
                                                 std::span<const double> columns, double confidence,
                                                 std::int64_t neighbours = 1) const;

  /// What it predicts: molecules, atoms (kNode) or bonds (kEdge).
  Readout level() const { return predictor_.members().front().config.readout; }

  /// Names of the values, in order.
  const std::vector<std::string>& columns() const noexcept { return predictor_.columns(); }
  const FeaturizeOptions& featurize_options() const noexcept { return options_; }
  const Predictor& predictor() const noexcept { return predictor_; }
  /// Compares molecules with those that the model learnt from.
  const MoleculeDomainIndex& domain() const noexcept { return domain_; }

 private:
  // The number of rows.
  std::size_t check_rows(std::span<const std::string> smiles, std::span<const double> columns) const;

  Predictor predictor_;
  MoleculeDomainIndex domain_;
  FeaturizeOptions options_;
};

/// The models in these files, and those of the runs in these folders (model_files_of). Throws FileError naming the file
/// if there is none, if one was not trained on molecules, or if they do not predict the same targets
/// from the same features.
std::vector<TrainedModel> load_molecule_models(std::span<const std::filesystem::path> paths);

/// How molecules become graphs, as model files keep it: orientation, which values, and the vocabularies, as JSON.
std::string featurizer_json(const FeaturizeOptions& options);

/// Inverse of featurizer_json. Throws FileError if the text is not one of ours, or if the features are not those of
/// this version of plstm.
FeaturizeOptions parse_featurizer(const std::string& json);

}  // namespace plstm
