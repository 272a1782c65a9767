#include "ensemble.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

}  // namespace

FeaturizeOptions featurize_options(const TrainedModel& model) {
  return parse_featurizer(model.featurizer);
}

Ensemble load_ensemble(const std::vector<fs::path>& paths) {
  Ensemble ensemble;
  for (TrainedModel& trained : load_molecule_models(paths)) {
    GraphModel model = make_graph_model(trained.config);
    ensemble.members.push_back({std::move(trained), std::move(model)});
  }
  return ensemble;
}

void choose_precision(Ensemble& ensemble, const std::string& name) {
  for (Ensemble::Member& member : ensemble.members) {
    if (!name.empty()) member.trained.precision = parse_precision(name);
    check_precision(member.trained.precision);
  }
}

Matrix<float> predict(const Ensemble& ensemble, std::span<const PreparedGraph> graphs,
                      std::span<const std::int32_t> rows) {
  Matrix<float> mean = Matrix<float>::Zero(static_cast<Index>(rows.size()), ensemble.first().config.outputs);
  for (const Ensemble::Member& member : ensemble.members) {
    std::vector<float> outputs = predict(graph_learner(member.model, graphs), member.trained.parameters, rows,
                                         member.trained.precision);
    const MatrixMap<float> matrix(outputs.data(), mean.rows(), mean.cols());
    finish_predictions<float>(member.trained.tasks, member.trained.scaler, matrix);
    mean += matrix;
  }
  if (ensemble.members.size() > 1) mean /= static_cast<float>(ensemble.members.size());
  return mean;
}

std::vector<std::string> prediction_names(const TrainedModel& model) {
  const Task task = model.tasks.front();
  if (task.type != TaskType::kMulticlass) return model.target_names;
  std::vector<std::string> names;
  for (const std::string& target : model.target_names) {
    for (Index c = 0; c < task.classes; ++c) names.push_back(fmt::format("{}_class_{}", target, c));
  }
  return names;
}

}  // namespace plstm::mol
