#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/predictor.hpp>

namespace plstm {

/// The graphs of records, encoded in parallel as the schema says, with the labels of `targets` (things by tasks, NaN where
/// one is missing; record_labels.hpp). Throws the error of the first record that has one (encode_graph), and what
/// LabeledGraphs::add() throws.
LabeledGraphs label_records(std::span<const GraphRecord> records, const GraphSchema& schema, Readout level,
                            std::span<const double> targets, std::span<const std::string> names);

/// What a model says of one graph, or the reason why it says nothing.
struct DagPrediction {
  std::vector<double> values;            ///< [things, columns], row-major; empty if there is an error
  std::vector<TaskCertainty> certainty;  ///< [things, tasks], if a confidence was asked for
  std::string error;                     ///< why the graph cannot be used; empty if it can

  explicit operator bool() const noexcept { return error.empty(); }
};

/// What a model says of the graphs that it can read.
struct UsablePredictions {
  std::vector<std::int32_t> usable;  ///< their records, ascending
  std::vector<std::string> errors;   ///< [records] why a graph cannot be used; empty if it can
  Predictions
      predictions;  ///< of the usable ones; with expected errors, unless models have different schemas
};

/// The models in these files, and those of the runs in these folders (model_files_of). Throws FileError naming the file
/// that keeps no schema of graphs, or that does not predict the same targets as the first.
std::vector<TrainedModel> load_dag_models(std::span<const std::filesystem::path> paths);

/// A trained model that reads graphs as files have them: a Predictor with the schema of its features. Models that were
/// trained on different parts of the data, as the folds of a cross-validation, have learnt a schema each: then there is a
/// Predictor for each schema, a graph must be readable by all of them, and a prediction is the mean over all networks.
///
/// predict() is const and thread-safe, and it runs in parallel itself. Bits are those that Predictor promises.
class DagPredictor {
 public:
  /// Throws FileError if the model keeps no schema, as one of molecules.
  explicit DagPredictor(Predictor predictor);
  /// The same of models with schemas of their own. Throws ConfigError if there is none or if they predict different
  /// targets.
  explicit DagPredictor(std::vector<TrainedModel> members);

  /// Reads a model file, or the models in the folder of a run (model_files_of); several are averaged. Throws FileError
  /// naming the file and what is wrong with it, and if models do not predict the same.
  static DagPredictor load(const std::filesystem::path& path) { return load(std::span(&path, 1)); }
  static DagPredictor load(std::span<const std::filesystem::path> paths);

  /// A value for each thing, or an error, for each record. Nothing is thrown for a record that cannot be read. With a
  /// confidence, intervals and sets of classes that hold the label with it. Throws ConfigError unless 0 < confidence < 1,
  /// and if the model is not calibrated.
  std::vector<DagPrediction> predict(std::span<const GraphRecord> records,
                                     std::optional<double> confidence = {}) const;

  /// The same as one table, which coverage_of() and reports take.
  UsablePredictions predict_usable(std::span<const GraphRecord> records) const;

  /// That of the first models.
  const GraphSchema& schema() const noexcept { return readers_.front().schema; }
  Readout level() const;
  std::span<const Task> tasks() const;
  const std::vector<std::string>& task_names() const;
  const Predictor& predictor() const noexcept { return readers_.front().predictor; }
  /// How many ways of reading graphs the models have learnt.
  std::size_t num_schemas() const noexcept { return readers_.size(); }
  std::size_t num_networks() const noexcept;
  /// What the calibration says at a confidence. Throws ConfigError if there is none, and unless 0 < confidence < 1.
  ConfidenceLevel level(double confidence) const;
  /// Whether all models were calibrated together, so that there are intervals.
  bool is_calibrated() const noexcept;

 private:
  // Models that read graphs alike.
  struct Reader {
    Predictor predictor;
    GraphSchema schema;
  };

  UsablePredictions run(std::span<const GraphRecord> records, bool with_errors) const;

  std::vector<Reader> readers_;
};

}  // namespace plstm
