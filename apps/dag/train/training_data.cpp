#include "training_data.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/learn/dags/dag_predictor.hpp>

#include "division.hpp"

namespace plstm::dag {
namespace {

// What is learnt or divides is no feature.
std::vector<std::string> no_features(const RecordLabels& labels) {
  std::vector<std::string> names;
  for (const std::string& target : labels.names)
    names.push_back(fmt::format("{}.{}", name(labels.level), target));
  return names;
}

// Whether a name of the user means an attribute of some record.
bool is_attribute(std::span<const GraphRecord> records, const std::string& wish) {
  return std::ranges::any_of(records, [&](const GraphRecord& record) {
    const auto any = [&](const char* what, const std::vector<AttributeColumn>& columns) {
      return std::ranges::any_of(
          columns, [&](const AttributeColumn& each) { return means_attribute(wish, what, each.name); });
    };
    return any("node", record.node_attributes) || any("edge", record.edge_attributes) ||
           any("graph", record.graph_attributes);
  });
}

// The graphs that have something to learn from.
std::vector<std::int32_t> training_graphs(const LearningData& data) {
  const std::vector<std::int32_t>& train = data.division.split.train;
  if (!data.division.over_things) return train;
  std::set<std::int32_t> graphs;
  for (const std::int32_t thing : train) graphs.insert(graph_of(data.labels.offsets, thing));
  return {graphs.begin(), graphs.end()};
}

GraphSchema make_schema(const RunOptions& options, LearningData& data) {
  GraphSchema schema;
  if (!options.schema_file.empty()) {
    try {
      schema = parse_graph_schema(read_whole_file(options.schema_file));
    } catch (const FileError& error) {
      throw FileError(fmt::format("{}: {}", options.schema_file.string(), error.what()));
    }
    for (const std::string& target : data.labels.names) {
      auto& rules = data.labels.level == Readout::kNode   ? schema.nodes
                    : data.labels.level == Readout::kEdge ? schema.edges
                                                          : schema.graphs;
      std::erase_if(rules, [&](const AttributeRule& rule) { return rule.name == target; });
    }
  } else {
    SchemaWishes wishes = options.wishes;
    std::vector<std::string> none = no_features(data.labels);
    for (const std::string* column : {&options.splits_column, &options.group_column}) {
      if (!column->empty()) none.push_back(*column);
    }
    std::erase_if(none, [&](const std::string& name) { return !is_attribute(data.records, name); });
    wishes.ignored.insert(wishes.ignored.end(), none.begin(), none.end());
    InferredSchema inferred = infer_schema(data.records, training_graphs(data), wishes);
    schema = std::move(inferred.schema);
    std::ranges::move(inferred.notes, std::back_inserter(data.notes));
    schema.degrees = options.degrees;
    schema.dag.parallel = options.keep_parallel ? ParallelEdges::kKeep : ParallelEdges::kRefuse;
    schema.dag.orient = options.orient;
    const bool codes = !node_vocabulary_sizes(schema).empty() || !edge_vocabulary_sizes(schema).empty();
    const auto classes = [](const Task& task) { return task.type == TaskType::kMulticlass; };
    schema.counts = options.counts && data.labels.level == Readout::kGraph && codes &&
                    std::ranges::none_of(data.labels.tasks, classes);
  }
  return schema;
}

void note_missing_labels(LearningData& data) {
  const std::int64_t things = data.labels.offsets.back();
  for (std::size_t task = 0; task < data.labels.names.size(); ++task) {
    const auto present = (data.labels.present.col(static_cast<Index>(task)).array() != 0).count();
    if (present == things) continue;
    data.notes.push_back(fmt::format("target '{}': {} of {} {}s have a label", data.labels.names[task],
                                     present, things, name(data.labels.level)));
  }
}

void label_graphs(LearningData& data) {
  Matrix<double> targets = data.labels.targets;
  for (Index i = 0; i < targets.size(); ++i) {
    if (data.labels.present.data()[i] == 0) targets.data()[i] = std::numeric_limits<double>::quiet_NaN();
  }
  data.graphs = label_records(data.records, data.schema, data.labels.level,
                              {targets.data(), static_cast<std::size_t>(targets.size())}, data.labels.names);
}

}  // namespace

std::vector<std::int32_t> LearningData::things_of_part(const std::vector<std::int32_t>& part) const {
  return division.over_things ? part : things_of(labels.offsets, part);
}

void LearningData::take_split(const RunOptions& options, const Split& split) {
  if (division.split == split && graphs.num_graphs() > 0) return;
  division.split = split;
  notes = labels.notes;
  note_missing_labels(*this);
  if (!division.note.empty()) notes.push_back(division.note);
  schema = make_schema(options, *this);
  label_graphs(*this);
}

LearningData load_learning_data(const RunOptions& options) {
  fractions_of(options.split_sizes);  // before anything is read
  LearningData data;
  PartSizes sizes;
  data.records = read_input(options.input);
  sizes.main = static_cast<std::int32_t>(data.records.size());
  const auto append = [&](const std::vector<std::filesystem::path>& paths, std::int32_t& size) {
    if (paths.empty()) return;
    std::vector<GraphRecord> more = read_input(options.input, paths);
    size = static_cast<std::int32_t>(more.size());
    std::ranges::move(more, std::back_inserter(data.records));
  };
  append(options.validation_paths, sizes.validation);
  append(options.test_paths, sizes.test);
  data.sha256 = digest_of(data.records);
  data.labels = read_record_labels(data.records, options.targets);
  data.division = divide(data.records, data.labels, sizes, options);
  const Split first = data.division.split;
  data.take_split(options, first);
  return data;
}

}  // namespace plstm::dag
