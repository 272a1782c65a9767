#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// What the settings of a training depend on.
struct DataFacts {
  bool molecules = false;    ///< graphs of molecules, with atom and bond features
  std::int64_t samples = 0;  ///< graphs that have labels
  bool edge_features = false;
  bool graph_values = false;  ///< values of whole graphs, as molecule descriptors are
  Readout readout = Readout::kGraph;
  bool pretrained = false;  ///< the training starts from a pretrained encoder
};

/// Whose settings.
enum class Preset {
  kDefault,  ///< those that our studies chose by validation data (docs/results.md)
  kPaper,    ///< those of the paper (specification, section 3)
};
/// "default" or "paper".
std::string_view name(Preset preset);
/// Inverse of name(); throws ConfigError listing the names.
Preset parse_preset(std::string_view text);

/// Everything about a training that is not data. Widths of features, vocabularies and outputs are still open in `model`;
/// the data decides them.
struct Settings {
  std::int32_t members = 1;  ///< networks that are trained; their predictions are averaged
  GraphModelConfig model;
  TrainOptions training;
  /// Rate of a pretrained encoder over that of the rest, which starts anew; 0 leaves the encoder as it is.
  double encoder_rate = 1;
  /// Graphs that have counts get a companion beside the networks (learn/fit_companion.hpp). Each network then leaves out
  /// a tenth of the training graphs, another one each, to judge what share the companion gets.
  bool companion = true;
  /// The classes of each target count equally in training: their labels in the training part have the same total weight,
  /// and 1 each in the mean. Probabilities are those of data with equally many labels of each class, then; so is the
  /// validation loss. Other metrics count each label once.
  bool balance_classes = false;
};

/// The one table of good settings, with the reasons in its source. plstm-mol, plstm-bench and fit() read it. `body`
/// chooses among the paper's blocks and the networks that we compare with.
Settings recommended_settings(Preset preset, const DataFacts& facts, std::span<const Task> tasks,
                              GraphBodyKind body = GraphBodyKind::kStm);

/// The network that learns pretraining targets of molecules (PretrainOptions::model).
GraphModelConfig recommended_pretraining_model();

/// Which features of molecules are recommended beside the categories of atoms and bonds.
struct MoleculeFeatures {
  bool atom_values = true;      ///< FeaturizeOptions::atom_values
  bool molecule_values = true;  ///< FeaturizeOptions::molecule_values
  bool counts = true;           ///< FeaturizeOptions::counts
};
MoleculeFeatures recommended_features(Preset preset);

/// What fit() is to learn, and what the caller decides about how. All that is left open follows from the data by
/// recommended_settings().
struct Recipe {
  /// One entry for each task; empty: every task is `each`.
  std::vector<Task> tasks = {};
  Task each = {};

  Preset preset = Preset::kDefault;
  /// A model whose encoder the networks start from (learn/pretraining/encoder.hpp); null: from random values.
  std::shared_ptr<const TrainedModel> start = {};
  std::optional<std::int32_t> members = {};
  std::optional<std::int64_t> epochs = {}, batch_size = {};
  std::optional<double> learning_rate = {};
  std::optional<Index> width = {};
  double validation_share =
      0.1;  ///< of the labelled things, to choose the epoch; used where the caller gives no split
  /// Has the last word on every setting. May be empty.
  std::function<void(Settings&)> change = {};
};

/// The tasks of a recipe for `num_tasks` targets. Throws ConfigError if it lists another number of them, or tasks that
/// make no sense (check_tasks).
std::vector<Task> tasks_of(const Recipe& recipe, std::int64_t num_tasks);

/// recommended_settings() with what the recipe decides.
Settings settings_of(const Recipe& recipe, const DataFacts& facts, std::span<const Task> tasks);

namespace recipe {

/// Numbers, in any unit and scale.
Recipe regression();
/// Yes or no: targets 0 and 1.
Recipe classification();
/// Classes 0 .. classes - 1, at least 2.
Recipe multiclass(Index classes);
/// Tasks of different types side by side.
Recipe mixed(std::vector<Task> tasks);

}  // namespace recipe

}  // namespace plstm
