#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm {

/// What a model says of some graphs: a row for each labelled thing (graph, node or edge), graph after graph.
/// Regression has the value in the units of the targets; classification the probability of class 1; multiclass the
/// probability of each class.
struct Predictions {
  std::vector<std::string> columns;  ///< names: the tasks, or "<task>_class_<c>"
  /// [graphs + 1] rows of graph g are offsets[g] .. offsets[g + 1] - 1
  std::vector<std::int64_t> offsets{0};
  std::vector<double> values;  ///< [rows, columns], row-major
  /// [rows, columns] of Predictor::predict_with_errors(), else empty. Of a column of regression of a calibrated model the
  /// error that is to be expected (expected_error()), in the units of the targets. Of others the standard deviation over
  /// the networks.
  std::vector<double> expected_errors = {};

  std::int64_t num_rows() const noexcept { return offsets.back(); }
  /// Value of a row and a column, both from 0. Throws ShapeError for one that is not there.
  double operator()(std::int64_t row, std::int64_t column = 0) const;
  /// The rows of one graph, [rows of the graph, columns]. Throws ShapeError for one that is not there.
  std::span<const double> of_graph(std::int64_t graph) const;
};

/// Throws ConfigError unless both models predict the same targets from the same features, so that they can be averaged.
void check_same_task(const TrainedModel& a, const TrainedModel& b);

/// A trained model in use: one network, or several whose predictions are averaged. A network that has a companion
/// (train/baselines/companion.hpp) stands for the mean of both.
///
/// predict() is const and thread-safe: several threads may call it on one object. Each call runs in parallel itself
/// and takes working memory from a store that the object keeps, so that calls of a size seen before allocate little but
/// their result. The result has the same bits for every number of threads. On processors with AVX2 or AVX-512
/// a graph has the same bits alone and among others, too; elsewhere they may differ by rounding.
class Predictor {
 public:
  /// Throws ConfigError if there is no member or if the members predict different targets or read different features.
  explicit Predictor(std::vector<TrainedModel> members);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// Reads what save() wrote, or any file of save_model. Throws FileError naming the file and what is wrong with it.
  static Predictor load(const std::filesystem::path& path);

  /// Writes one safetensors file with all members, beside the target and renamed. Throws FileError.
  void save(const std::filesystem::path& path) const;

  /// Throws ShapeError, GraphError or ConfigError naming the graph that the model cannot take, and TrainingError if an
  /// output is not finite.
  Predictions predict(std::span<const PreparedGraph> graphs) const;
  /// Of the graphs with these numbers, in their order; a number may come twice. Throws ConfigError for one that is not
  /// there.
  Predictions predict(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> chosen) const;
  /// The same with expected errors: level() makes intervals and sets of classes of them (certainty_of).
  Predictions predict_with_errors(std::span<const PreparedGraph> graphs,
                                  std::span<const std::int32_t> chosen) const;
  Predictions predict(std::span<const AttributedGraph> graphs) const;
  Predictions predict(const AttributedGraph& graph) const { return predict(std::span(&graph, 1)); }

  /// The graph with the layouts that these models read, and no others. Throws ShapeError if arrays and widths do not
  /// match.
  PreparedGraph prepare(AttributedGraph graph) const;

  /// Throws ShapeError, GraphError or ConfigError if the model cannot take this graph.
  void check(const PreparedGraph& graph) const;

  std::span<const TrainedModel> members() const noexcept;
  /// How wrong these members together were on what they had not learnt from; null if that is not known, as for models
  /// that were not trained together.
  const Calibration* calibration() const noexcept;
  /// What the calibration says at a confidence. Throws ConfigError if there is none, and unless 0 < confidence < 1.
  ConfidenceLevel level(double confidence) const;
  /// Names of the columns of predictions.
  const std::vector<std::string>& columns() const noexcept;

 private:
  Predictions run(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> chosen,
                  bool with_errors) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
