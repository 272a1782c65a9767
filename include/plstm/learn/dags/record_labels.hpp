#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/data/dags/graph_record.hpp>
#include <plstm/nn/graphs/readout.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Which attributes are learnt.
struct TargetChoice {
  /// Names of attributes, "label" or, where nodes and edges or graphs have one of that name, "node.label".
  std::vector<std::string> names;
  /// One for all targets or one for each; empty: words are classes, two of them yes and no, and numbers are numbers.
  std::vector<TaskType> types = {};
};

/// The targets of graphs as files have them. A thing is a graph, a node or an edge.
struct RecordLabels {
  Readout level = Readout::kGraph;
  std::vector<std::string> names;  ///< [tasks], without "node." and the like
  std::vector<Task> tasks;         ///< with the names of their classes
  std::vector<std::int64_t> offsets{
      0};                  ///< [records + 1] the things of record g are offsets[g] .. offsets[g + 1] - 1
  Matrix<double> targets;  ///< [things, tasks], 0 where missing
  Matrix<std::uint8_t> present;    ///< [things, tasks]
  std::vector<std::string> notes;  ///< what the user should know, a sentence each
};

/// Things of a record.
std::int64_t num_things(const GraphRecord& record, Readout level);
/// "graph", "node" or "edge".
std::string_view name(Readout level);

/// The attributes of the things of a record.
const std::vector<AttributeColumn>& attributes_of(const GraphRecord& record, Readout level);

/// The things of some graphs, numbered through all graphs, graph after graph. `offsets` are those of RecordLabels.
std::vector<std::int32_t> things_of(std::span<const std::int64_t> offsets,
                                    std::span<const std::int32_t> graphs);
/// The graph of a thing.
std::int32_t graph_of(std::span<const std::int64_t> offsets, std::int64_t thing);

/// "node 'a' of graph 'g'", for messages and tables.
std::string thing_name(const GraphRecord& record, Readout level, std::int64_t thing);

/// The labels of training data. Throws ConfigError for a name that is no attribute (naming those that are), one that
/// several kinds of things have, and targets of different kinds of things; FileError "<place>: graph '<name>': ..." for a
/// value of another kind, and what infer_labels() throws.
RecordLabels read_record_labels(std::span<const GraphRecord> records, const TargetChoice& choice);

/// Labels of things for a model that is there: the same names and classes. Where no record has an attribute of a name,
/// nothing is present. Throws FileError for a class that the model does not know, and for a value that is no number.
RecordLabels read_record_labels(std::span<const GraphRecord> records, Readout level,
                                std::span<const std::string> names, std::span<const Task> tasks);

}  // namespace plstm
