#include "plstm/learn/dags/record_labels.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/data/labels.hpp>
#include <plstm/data/missing.hpp>

namespace plstm {
namespace {

constexpr Readout kLevels[] = {Readout::kGraph, Readout::kNode, Readout::kEdge};

bool lacks_label(const AttributeValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return is_nothing(value) || (text != nullptr && is_missing(*text));
}

// The attributes that a name means: their level and their own name.
std::set<std::pair<Readout, std::string>> meanings(std::span<const GraphRecord> records,
                                                   const std::string& name) {
  std::set<std::pair<Readout, std::string>> found;
  for (const GraphRecord& record : records) {
    for (const Readout level : kLevels) {
      for (const AttributeColumn& column : attributes_of(record, level)) {
        if (means_attribute(name, plstm::name(level), column.name)) found.emplace(level, column.name);
      }
    }
  }
  return found;
}

std::string known_attributes(std::span<const GraphRecord> records) {
  std::vector<std::string> names;
  for (const Readout level : kLevels) {
    for (const GraphRecord& record : records) {
      for (const AttributeColumn& column : attributes_of(record, level)) {
        std::string name = fmt::format("{}.{}", plstm::name(level), column.name);
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
      }
    }
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "the graphs have no attributes" : "the graphs have " + text;
}

std::pair<Readout, std::string> find_target(std::span<const GraphRecord> records, const std::string& name) {
  const auto found = meanings(records, name);
  if (found.empty()) {
    throw ConfigError(fmt::format("target '{}' is no attribute; {}", name, known_attributes(records)));
  }
  if (found.size() > 1) {
    std::string names;
    for (const auto& [level, own] : found)
      names += fmt::format("{}{}.{}", names.empty() ? "" : " or ", plstm::name(level), own);
    throw ConfigError(fmt::format("target '{}' may mean {}; name one of them", name, names));
  }
  return *found.begin();
}

[[noreturn]] void fail(const GraphRecord& record, Readout level, std::int64_t thing,
                       const std::string& problem) {
  throw FileError(fmt::format("{}: {}: {}", record.place, thing_name(record, level, thing), problem));
}

// Calls take(row, record, thing, value) for each thing that has a label.
template <class Take>
void for_each_label(std::span<const GraphRecord> records, Readout level, const std::string& name,
                    const Take& take) {
  std::int64_t row = 0;
  for (const GraphRecord& record : records) {
    const std::int64_t things = num_things(record, level);
    const AttributeColumn* column = find_attribute(attributes_of(record, level), name);
    for (std::int64_t thing = 0; column != nullptr && thing < things; ++thing) {
      const AttributeValue& value = column->values[static_cast<std::size_t>(thing)];
      if (!lacks_label(value)) take(row + thing, record, thing, value);
    }
    row += things;
  }
}

// The type that the values of a target ask for.
TaskType type_of_values(std::span<const GraphRecord> records, Readout level, const std::string& name) {
  bool words = false;
  std::set<std::string> texts;
  for_each_label(records, level, name,
                 [&](std::int64_t, const GraphRecord&, std::int64_t, const AttributeValue& value) {
                   words = words || !number_of(value).has_value();
                   if (texts.size() < 3 && !std::holds_alternative<std::vector<std::string>>(value))
                     texts.insert(text_of(value));
                 });
  if (!words) return TaskType::kRegression;
  if (texts.size() > 2) return TaskType::kMulticlass;
  try {
    infer_labels(std::vector<std::string>(texts.begin(), texts.end()), name, LabelKind::kYesNo);
    return TaskType::kClassification;
  } catch (const FileError&) {
    return TaskType::kMulticlass;
  }
}

std::vector<std::string> texts_of(std::span<const GraphRecord> records, Readout level,
                                  const std::string& name) {
  std::set<std::string> texts;
  for_each_label(
      records, level, name,
      [&](std::int64_t, const GraphRecord& record, std::int64_t thing, const AttributeValue& value) {
        if (std::holds_alternative<std::vector<std::string>>(value))
          fail(record, level, thing, fmt::format("target '{}' is a list, expected one label", name));
        texts.insert(text_of(value));
      });
  return {texts.begin(), texts.end()};
}

// Texts of things that have no label by what they say.
std::vector<std::string> missing_texts(std::span<const GraphRecord> records, Readout level,
                                       const std::string& name) {
  std::vector<std::string> texts;
  for (const GraphRecord& record : records) {
    const AttributeColumn* column = find_attribute(attributes_of(record, level), name);
    if (column == nullptr) continue;
    for (const AttributeValue& value : column->values) {
      const auto* text = std::get_if<std::string>(&value);
      if (text != nullptr && is_missing(*text)) texts.push_back(*text);
    }
  }
  return texts;
}

Task task_of(std::span<const GraphRecord> records, Readout level, const std::string& name, TaskType type,
             std::vector<std::string>& notes) {
  Task task{type};
  if (type == TaskType::kRegression) return task;
  const LabelMap map =
      infer_labels(texts_of(records, level, name), name,
                   type == TaskType::kClassification ? LabelKind::kYesNo : LabelKind::kClasses);
  if (type == TaskType::kMulticlass) task.classes = map.num_classes();
  task.class_names = map.names();
  if (!map.note().empty()) notes.push_back(fmt::format("target '{}': {}", name, map.note()));
  const std::string missing = note_on_missing_words(missing_texts(records, level, name));
  if (!missing.empty()) notes.push_back(fmt::format("target '{}': {}", name, missing));
  return task;
}

void read_target(std::span<const GraphRecord> records, std::size_t task, RecordLabels& labels) {
  const Task& what = labels.tasks[task];
  const std::string& name = labels.names[task];
  std::optional<LabelMap> map;
  if (what.type != TaskType::kRegression) {
    std::vector<std::string> names = what.class_names;
    const Index classes = what.type == TaskType::kClassification ? 2 : what.classes;
    for (Index c = std::ssize(names); c < classes; ++c) names.push_back(fmt::to_string(c));
    map.emplace(std::move(names));
  }
  const auto column = static_cast<Index>(task);
  for_each_label(
      records, labels.level, name,
      [&](std::int64_t row, const GraphRecord& record, std::int64_t thing, const AttributeValue& value) {
        std::optional<double> number;
        try {
          if (map.has_value()) {
            if (const auto known = map->class_of(text_of(value))) number = *known;
          } else {
            number = number_of(value);
          }
        } catch (const FileError& error) {
          fail(record, labels.level, thing, fmt::format("target '{}': {}", name, error.what()));
        }
        if (!number.has_value())
          fail(record, labels.level, thing,
               fmt::format("target '{}' is {}, expected a number", name, in_quotes(value)));
        labels.targets(row, column) = *number;
        labels.present(row, column) = 1;
      });
}

void read_all(std::span<const GraphRecord> records, RecordLabels& labels) {
  for (const GraphRecord& record : records)
    labels.offsets.push_back(labels.offsets.back() + num_things(record, labels.level));
  const auto tasks = std::ssize(labels.names);
  labels.targets = Matrix<double>::Zero(labels.offsets.back(), tasks);
  labels.present = Matrix<std::uint8_t>::Zero(labels.offsets.back(), tasks);
  for (std::size_t task = 0; task < labels.names.size(); ++task) read_target(records, task, labels);
}

void note_yes_or_no(RecordLabels& labels) {
  for (std::size_t task = 0; task < labels.tasks.size(); ++task) {
    if (labels.tasks[task].type != TaskType::kRegression) continue;
    std::int64_t others = 0, ones = 0, zeros = 0;
    const auto column = static_cast<Index>(task);
    for (Index row = 0; row < labels.targets.rows(); ++row) {
      if (labels.present(row, column) == 0) continue;
      const double value = labels.targets(row, column);
      ++(value == 0 ? zeros : value == 1 ? ones : others);
    }
    if (others > 0 || zeros == 0 || ones == 0) continue;
    labels.notes.push_back(fmt::format(
        "target '{}' has no values but 0 and 1, and is learnt as a number; --task-type classification "
        "learns it as yes or no",
        labels.names[task]));
  }
}

}  // namespace

std::int64_t num_things(const GraphRecord& record, Readout level) {
  return level == Readout::kNode ? record.num_nodes : level == Readout::kEdge ? std::ssize(record.edges) : 1;
}

std::string_view name(Readout level) {
  return level == Readout::kNode ? "node" : level == Readout::kEdge ? "edge" : "graph";
}

const std::vector<AttributeColumn>& attributes_of(const GraphRecord& record, Readout level) {
  return level == Readout::kNode   ? record.node_attributes
         : level == Readout::kEdge ? record.edge_attributes
                                   : record.graph_attributes;
}

std::vector<std::int32_t> things_of(std::span<const std::int64_t> offsets,
                                    std::span<const std::int32_t> graphs) {
  std::vector<std::int32_t> things;
  for (const std::int32_t graph : graphs) {
    const auto at = static_cast<std::size_t>(graph);
    for (std::int64_t thing = offsets[at]; thing < offsets[at + 1]; ++thing)
      things.push_back(static_cast<std::int32_t>(thing));
  }
  return things;
}

std::int32_t graph_of(std::span<const std::int64_t> offsets, std::int64_t thing) {
  return static_cast<std::int32_t>(std::ranges::upper_bound(offsets, thing) - offsets.begin()) - 1;
}

std::string thing_name(const GraphRecord& record, Readout level, std::int64_t thing) {
  std::string text = fmt::format("graph '{}'", record.name);
  if (level == Readout::kNode) {
    text = fmt::format("node '{}' of {}", node_name(record, static_cast<NodeId>(thing)), text);
  } else if (level == Readout::kEdge) {
    const Arc& arc = record.edges[static_cast<std::size_t>(thing)];
    text = fmt::format("edge '{}' -> '{}' of {}", node_name(record, arc.tail), node_name(record, arc.head),
                       text);
  }
  return text;
}

RecordLabels read_record_labels(std::span<const GraphRecord> records, const TargetChoice& choice) {
  RecordLabels labels;
  if (choice.names.empty()) throw ConfigError("no target to learn; " + known_attributes(records));
  if (choice.types.size() > 1 && choice.types.size() != choice.names.size()) {
    throw ConfigError(
        fmt::format("{} types of tasks for {} targets; name one for all of them or one for each",
                    choice.types.size(), choice.names.size()));
  }
  for (const std::string& name : choice.names) {
    auto [level, own] = find_target(records, name);
    if (!labels.names.empty() && level != labels.level) {
      throw ConfigError(
          fmt::format("target '{}' belongs to each {}, and '{}' to each {}; train a model for each kind",
                      labels.names.front(), plstm::name(labels.level), own, plstm::name(level)));
    }
    if (std::ranges::find(labels.names, own) != labels.names.end())
      throw ConfigError(fmt::format("target '{}' is named twice", own));
    labels.level = level;
    labels.names.push_back(std::move(own));
  }
  for (std::size_t task = 0; task < labels.names.size(); ++task) {
    const TaskType type = choice.types.empty() ? type_of_values(records, labels.level, labels.names[task])
                                               : choice.types[choice.types.size() == 1 ? 0 : task];
    labels.tasks.push_back(task_of(records, labels.level, labels.names[task], type, labels.notes));
  }
  read_all(records, labels);
  if (choice.types.empty()) note_yes_or_no(labels);
  return labels;
}

RecordLabels read_record_labels(std::span<const GraphRecord> records, Readout level,
                                std::span<const std::string> names, std::span<const Task> tasks) {
  RecordLabels labels;
  labels.level = level;
  labels.names.assign(names.begin(), names.end());
  labels.tasks.assign(tasks.begin(), tasks.end());
  read_all(records, labels);
  return labels;
}

}  // namespace plstm
