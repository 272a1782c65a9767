#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm::mol {

/// What networks have learnt from, all together.
struct LearntMolecules {
  std::int64_t fewest_atoms = 0, most_atoms = 0;
  std::int64_t compared = 0;             ///< molecules that the nearest are found among
  std::vector<SeenColumn> columns = {};  ///< FeaturizeOptions::columns
  std::int64_t trainings = 0;  ///< that these belong to; two of them may have learnt from one molecule
};

/// What the files at a path tell of a model. A single model file knows nothing of the training that wrote it.
struct Told {
  std::filesystem::path path;
  std::vector<TrainedModel> models;  ///< at least one; all predict the same targets from the same features
  /// Of all networks together; null for networks that were not calibrated together, as those of several trainings.
  std::shared_ptr<const Calibration> calibration;
  std::optional<LearntMolecules> learnt;  ///< older files do not know it
  std::optional<RunManifest> run;         ///< of the folder of a run
  std::vector<std::string> changed;       ///< files of the run that are not as the training wrote them
  std::string split_kind;                 ///< "random", ... or a file; empty: not known
  std::optional<Split> split;             ///< rows of the parts, if they are known
};

/// Throws what load_molecule_models() and read_run_manifest() throw.
Told read_told(const std::filesystem::path& path);

/// The same in sentences for people, a line each.
std::vector<std::string> sentences_of(const Told& told);

/// The same as a JSON object.
std::string json_of(const Told& told);

}  // namespace plstm::mol
