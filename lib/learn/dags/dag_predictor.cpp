#include "plstm/learn/dags/dag_predictor.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/dags/encode_graph.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

// The model must read what the schema makes: codes of another vocabulary would choose rows of other features.
GraphSchema schema_of(const TrainedModel& model) {
  if (!is_graph_schema(model.featurizer)) {
    throw FileError(
        model.featurizer.empty()
            ? "the model keeps no schema of graphs; it was trained by the library on graphs of its own"
            : "the model was trained on molecules; plstm-mol reads it");
  }
  GraphSchema schema = parse_graph_schema(model.featurizer);
  if (model.config.node_vocabulary_sizes != node_vocabulary_sizes(schema) ||
      model.config.edge_vocabulary_sizes != edge_vocabulary_sizes(schema) ||
      model.config.node_value_width != node_value_width(schema) ||
      model.config.edge_value_width != edge_value_width(schema) ||
      model.config.graph_value_width != graph_value_width(schema)) {
    throw FileError("the features that the model reads are not those of the schema that it keeps");
  }
  return schema;
}

void check_same_targets(const TrainedModel& a, const TrainedModel& b) {
  if (a.target_names == b.target_names && a.tasks == b.tasks && a.config.readout == b.config.readout) return;
  throw ConfigError("the models predict different targets; only models of the same targets can be averaged");
}

// Of folders that nobody writes meanwhile.
std::vector<TrainedModel> load_members(std::span<const fs::path> paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (fs::is_directory(path)) {
      for (fs::path& file : model_files_of(path)) files.push_back(std::move(file));
    } else {
      files.push_back(path);
    }
  }
  std::vector<TrainedModel> members;
  for (const fs::path& file : files) {
    for (TrainedModel& member : load_models(file)) {
      try {
        schema_of(member);
        if (!members.empty()) check_same_targets(members.front(), member);
      } catch (const Error& error) {
        throw FileError(fmt::format("{}: {}", file.string(), error.what()));
      }
      members.push_back(std::move(member));
    }
  }
  return members;
}

}  // namespace

std::vector<TrainedModel> load_dag_models(std::span<const fs::path> paths) {
  std::vector<TrainedModel> members;
  read_whole_runs(paths, [&] { members = load_members(paths); });
  return members;
}

LabeledGraphs label_records(std::span<const GraphRecord> records, const GraphSchema& schema, Readout level,
                            std::span<const double> targets, std::span<const std::string> names) {
  std::vector<PreparedGraph> graphs(records.size());
  const auto encode = [&](std::size_t i) { graphs[i] = prepare_graph(encode_graph(schema, records[i])); };
  if (const std::size_t bad = first_failure(records.size(), 1, encode); bad < records.size()) encode(bad);
  LabeledGraphs labeled(level);
  labeled.set_vocabularies(node_vocabulary_sizes(schema), edge_vocabulary_sizes(schema));
  labeled.set_featurizer(to_json(schema));
  std::size_t first = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto count = static_cast<std::size_t>(num_things(records[i], level)) * names.size();
    labeled.add(std::move(graphs[i]), targets.subspan(first, count));
    first += count;
  }
  labeled.name_tasks({names.begin(), names.end()});
  return labeled;
}

DagPredictor::DagPredictor(Predictor predictor) {
  GraphSchema schema = schema_of(predictor.members().front());
  readers_.push_back({std::move(predictor), std::move(schema)});
}

DagPredictor::DagPredictor(std::vector<TrainedModel> members) {
  if (members.empty()) throw ConfigError("DagPredictor: there is no model");
  std::vector<std::vector<TrainedModel>> groups;  // by their schemas, in the order in which these come first
  for (TrainedModel& member : members) {
    if (!groups.empty()) check_same_targets(groups.front().front(), member);
    const auto same = [&](const std::vector<TrainedModel>& group) {
      return group.front().featurizer == member.featurizer;
    };
    auto group = std::ranges::find_if(groups, same);
    if (group == groups.end()) group = groups.emplace(groups.end());
    group->push_back(std::move(member));
  }
  for (std::vector<TrainedModel>& group : groups) {
    GraphSchema schema = schema_of(group.front());
    readers_.push_back({Predictor(std::move(group)), std::move(schema)});
  }
}

DagPredictor DagPredictor::load(std::span<const fs::path> paths) {
  return DagPredictor(load_dag_models(paths));
}

Readout DagPredictor::level() const {
  return predictor().members().front().config.readout;
}

std::span<const Task> DagPredictor::tasks() const {
  return predictor().members().front().tasks;
}

const std::vector<std::string>& DagPredictor::task_names() const {
  return predictor().members().front().target_names;
}

ConfidenceLevel DagPredictor::level(double confidence) const {
  if (readers_.size() > 1) {
    throw ConfigError(
        "the models were trained on different parts of the data and calibrated each alone, so there are no "
        "intervals of their mean; name one of the trainings, as run/fold_1");
  }
  return predictor().level(confidence);
}

std::size_t DagPredictor::num_networks() const noexcept {
  std::size_t count = 0;
  for (const Reader& reader : readers_) count += reader.predictor.members().size();
  return count;
}

bool DagPredictor::is_calibrated() const noexcept {
  return readers_.size() == 1 && predictor().calibration() != nullptr;
}

UsablePredictions DagPredictor::run(std::span<const GraphRecord> records, bool with_errors) const {
  UsablePredictions result;
  result.errors.resize(records.size());
  std::vector<std::vector<PreparedGraph>> graphs(readers_.size(), std::vector<PreparedGraph>(records.size()));
  parallel_for(records.size(), 1, [&](std::size_t i) {
    try {
      for (std::size_t r = 0; r < readers_.size(); ++r) {
        graphs[r][i] = readers_[r].predictor.prepare(encode_graph(readers_[r].schema, records[i]));
        readers_[r].predictor.check(graphs[r][i]);
      }
    } catch (const Error& error) {
      result.errors[i] = error.what();
    }
  });
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (result.errors[i].empty()) result.usable.push_back(static_cast<std::int32_t>(i));
  }
  if (readers_.size() == 1) {
    result.predictions = with_errors ? predictor().predict_with_errors(graphs[0], result.usable)
                                     : predictor().predict(graphs[0], result.usable);
    return result;
  }
  std::vector<double> sums;
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    result.predictions = readers_[r].predictor.predict(graphs[r], result.usable);
    const auto networks = static_cast<double>(readers_[r].predictor.members().size());
    sums.resize(result.predictions.values.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += networks * result.predictions.values[i];
  }
  const auto networks = static_cast<double>(num_networks());
  for (std::size_t i = 0; i < sums.size(); ++i) result.predictions.values[i] = sums[i] / networks;
  return result;
}

UsablePredictions DagPredictor::predict_usable(std::span<const GraphRecord> records) const {
  return run(records, true);
}

std::vector<DagPrediction> DagPredictor::predict(std::span<const GraphRecord> records,
                                                 std::optional<double> confidence) const {
  std::optional<ConfidenceLevel> level;
  if (confidence.has_value()) level = this->level(*confidence);
  UsablePredictions said = run(records, confidence.has_value());
  const Predictions& predictions = said.predictions;
  std::vector<DagPrediction> results(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) results[i].error = std::move(said.errors[i]);
  for (std::size_t i = 0; i < said.usable.size(); ++i) {
    DagPrediction& result = results[static_cast<std::size_t>(said.usable[i])];
    const std::span<const double> rows = predictions.of_graph(static_cast<std::int64_t>(i));
    result.values.assign(rows.begin(), rows.end());
    if (!level.has_value()) continue;
    for (std::int64_t row = predictions.offsets[i]; row < predictions.offsets[i + 1]; ++row) {
      for (TaskCertainty& each : certainty_of(predictions, row, tasks(), *level))
        result.certainty.push_back(std::move(each));
    }
  }
  return results;
}

}  // namespace plstm
