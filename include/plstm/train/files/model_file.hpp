#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/baselines/companion.hpp>
#include <plstm/train/certainty/calibration.hpp>
#include <plstm/train/certainty/training_domain.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/graph_config.hpp>
#include <plstm/train/objectives/target_scaler.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Everything needed to predict with a trained model.
struct TrainedModel {
  GraphModelConfig config;
  std::vector<float> parameters;  ///< flat, in the layout of make_graph_model(config)
  std::vector<Task> tasks;
  std::vector<std::string> target_names;  ///< one for each task
  std::optional<TargetScaler> scaler;     ///< an entry for each task; tasks of regression read it
  std::string featurizer;  ///< JSON: how inputs were made (vocabularies, orientation); may be empty
  Precision precision = Precision::kFloat;  ///< of the products it was trained with
  /// Predicts the same targets beside the network; null: there is none. Members of an ensemble share one.
  std::shared_ptr<const Companion> companion = {};
  /// How wrong the ensemble was on what it had not learnt from, and what it has seen; null: that is not known. Members of
  /// an ensemble share them.
  std::shared_ptr<const Calibration> calibration = {};
  std::shared_ptr<const TrainingDomain> domain = {};
};

/// Writes a safetensors file, beside the target and renamed: each parameter a tensor of its name, all else as
/// JSON under the metadata key "plstm" with a format number. Throws FileError; ConfigError or ShapeError if the parts of
/// the model contradict each other.
void save_model(const std::filesystem::path& path, const TrainedModel& model,
                StoredPrecision stored = StoredPrecision::kFloat);

/// Reads it back. Throws FileError naming the file and what is wrong with it: not a safetensors file, not one
/// of plstm, of a newer format, a parameter missing, unknown or of another shape.
TrainedModel load_model(const std::filesystem::path& path);

/// The same for models whose predictions are averaged: one file holds them all. A single model is written as save_model
/// writes it. Throws ConfigError also if there is none.
void save_models(const std::filesystem::path& path, std::span<const TrainedModel> models,
                 StoredPrecision stored = StoredPrecision::kFloat);

/// Reads what save_models or save_model wrote; at least one.
std::vector<TrainedModel> load_models(const std::filesystem::path& path);

}  // namespace plstm
