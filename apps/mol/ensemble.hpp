#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm::mol {

/// One or more trained models for the same targets, used together: predictions are averaged.
struct Ensemble {
  struct Member {
    TrainedModel trained;
    GraphModel model;
  };
  std::vector<Member> members;

  const TrainedModel& first() const { return members.front().trained; }
};

/// How the molecules a model was trained on became graphs. Throws FileError if its features are not those of
/// this program.
FeaturizeOptions featurize_options(const TrainedModel& model);

/// Model files; a folder stands for all *.safetensors in it, sorted by name. Throws FileError if there is
/// none, or if they do not fit together.
Ensemble load_ensemble(const std::vector<std::filesystem::path>& paths);

/// Makes the models predict with products of the named precision, that of their training if `name` is empty.
/// Throws ConfigError if this machine lacks it.
void choose_precision(Ensemble& ensemble, const std::string& name);

/// Finished predictions [rows.size(), outputs], averaged over the members.
Matrix<float> predict(const Ensemble& ensemble, std::span<const PreparedGraph> graphs,
                      std::span<const std::int32_t> rows);

/// Column names of the predictions: the targets, or "<target>_class_<c>".
std::vector<std::string> prediction_names(const TrainedModel& model);

}  // namespace plstm::mol
