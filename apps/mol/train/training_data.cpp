#include "training_data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/duplicates.hpp>
#include <plstm/chem/molecule_table.hpp>
#include <plstm/chem/things/thing_values.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>

#include "division.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

// Where the user says how many classes there are, labels are their numbers.
void number_classes(const RunOptions& options, Dataset& data) {
  std::vector<std::string> names;
  for (Index c = 0; c < options.classes; ++c) names.push_back(fmt::to_string(c));
  const LabelMap numbers(names);
  for (std::size_t task = 0; task < data.labels.size(); ++task) {
    if (options.type_of(task) != TaskType::kMulticlass) continue;
    std::vector<double> classes;
    for (const std::string& label : data.labels[task]->names()) {
      try {
        classes.push_back(numbers.class_of(label).value_or(0));
      } catch (const FileError&) {
        throw FileError(
            fmt::format("{}: target '{}' has the label '{}', expected 0 to {} for "
                        "--multiclass-num-classes {}; without this flag labels may be any",
                        options.input.path.string(), data.target_names[task], label, options.classes - 1,
                        options.classes));
      }
    }
    for (Index row = 0; row < data.targets.rows(); ++row) {
      double& value = data.targets(row, static_cast<Index>(task));
      if (data.present(row, static_cast<Index>(task)) != 0) value = classes[static_cast<std::size_t>(value)];
    }
    for (std::vector<double>& values : data.thing_targets) {
      for (std::size_t at = task; at < values.size(); at += data.target_names.size())
        if (!std::isnan(values[at])) values[at] = classes[static_cast<std::size_t>(values[at])];
    }
    data.labels[task] = numbers;
  }
}

std::optional<LabelKind> label_kind(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return LabelKind::kYesNo;
    case TaskType::kMulticlass:
      return LabelKind::kClasses;
    case TaskType::kRegression:
      break;
  }
  return std::nullopt;
}

std::vector<Task> tasks_of(const RunOptions& options, const Dataset& data) {
  std::vector<Task> tasks(data.target_names.size());
  if (!options.task_weights.empty() && options.task_weights.size() != tasks.size()) {
    throw ConfigError(fmt::format("--task-weights has {} numbers for {} targets ({})",
                                  options.task_weights.size(), tasks.size(),
                                  fmt::join(data.target_names, ", ")));
  }
  if (!options.task_weights.empty() && std::ranges::max(options.task_weights) == 0) {
    throw ConfigError("--task-weights are all 0, so that there is nothing to learn");
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].type = options.type_of(i);
    if (!options.task_weights.empty()) tasks[i].weight = options.task_weights[i];
    const LabelMap* labels = data.labels_of(i);
    if (labels == nullptr) continue;
    if (tasks[i].type == TaskType::kMulticlass) tasks[i].classes = labels->num_classes();
    if (!labels->note().empty()) tasks[i].class_names = labels->names();
  }
  return tasks;
}

void note_labels(const Dataset& data, std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (!data.labels[i].has_value()) continue;
    const std::string note = data.labels[i]->note();
    if (!note.empty()) notes.push_back(fmt::format("target '{}': {}", data.target_names[i], note));
    if (!data.missing_words[i].empty())
      notes.push_back(fmt::format("target '{}': {}", data.target_names[i], data.missing_words[i]));
  }
}

// Rows without a value stay, and are not learnt from.
void note_missing_values(const Dataset& data, std::vector<std::string>& notes) {
  if (data.level != Readout::kGraph) return;
  const Index rows = data.num_rows() - data.num_bad_rows();
  std::size_t incomplete = 0, least_known = 0;
  Index least = rows;
  for (std::size_t task = 0; task < data.target_names.size(); ++task) {
    Index known = 0;
    for (std::int32_t row = 0; row < data.num_rows(); ++row) {
      const auto column = static_cast<Index>(task);
      known += data.good(row) && (data.present(row, column) != 0 || data.bound(row, column) != 0) ? 1 : 0;
    }
    incomplete += known < rows ? 1 : 0;
    if (known >= least) continue;
    least = known;
    least_known = task;
  }
  if (incomplete == 0) return;
  const std::string& name = data.target_names[least_known];
  notes.push_back(incomplete == 1
                      ? fmt::format("target '{}': {} of {} rows have a value", name, least, rows)
                      : fmt::format("{} of {} targets lack values; '{}' has fewest, in {} of {} rows",
                                    incomplete, data.target_names.size(), name, least, rows));
}

void note_bad_rows(const Dataset& data, std::vector<std::string>& notes) {
  if (data.num_bad_rows() == 0) return;
  std::size_t first = 0;
  while (data.errors[first].empty()) ++first;
  notes.push_back(fmt::format("{} of {} rows cannot be used; the first is row {} (line {}): {}",
                              data.num_bad_rows(), data.num_rows(), first + 1, data.lines[first],
                              data.errors[first]));
}

// The molecule of each row with what stands beside it; without columns the molecule alone.
std::vector<std::string> molecules_with_columns(const Dataset& data) {
  std::vector<std::string> texts = data.molecules;
  if (data.column_names.empty()) return texts;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    std::string& text = texts[static_cast<std::size_t>(row)];
    if (!text.empty()) text += fmt::format(" ({})", columns_text(data, row));
  }
  return texts;
}

// Test rows whose text is that of a training row.
struct SharedRows {
  std::size_t rows = 0, tested = 0;
  std::optional<MoleculeRows> first;
};

SharedRows rows_in_both(const LearningData& learning, std::span<const std::string> texts) {
  SharedRows shared;
  for (const Split& split : learning.protocol.splits) {
    shared.tested += split.test.size();
    const std::vector<MoleculeRows> in_both = molecules_in_both(texts, split.train, split.test);
    for (const MoleculeRows& molecule : in_both) shared.rows += molecule.rows.size();
    if (!shared.first && !in_both.empty()) shared.first = in_both.front();
  }
  return shared;
}

void note_equal_molecules(const LearningData& learning, std::vector<std::string>& notes) {
  const Dataset& data = learning.data;
  const std::vector<std::string> with_columns = molecules_with_columns(data);
  const SharedRows shared = rows_in_both(learning, data.molecules);
  if (shared.first) {
    const std::string same_columns =
        data.column_names.empty()
            ? ""
            : fmt::format(", {} of them with equal {}", rows_in_both(learning, with_columns).rows,
                          fmt::join(data.column_names, " and "));
    notes.push_back(fmt::format(
        "{} of {} test molecules are in the training part, too{}; the first is row {} ({}); "
        "--split random_with_repeated_smiles keeps equal molecules together",
        shared.rows, shared.tested, same_columns, shared.first->rows.front() + 1, shared.first->smiles));
  }
  Targets targets;
  targets.names = data.target_names;
  targets.values.assign(data.targets.data(), data.targets.data() + data.targets.size());
  targets.present.assign(data.present.data(), data.present.data() + data.present.size());
  const std::vector<Contradiction> contradictions = contradicting_labels(with_columns, targets);
  if (contradictions.empty()) return;
  const auto& widest = *std::ranges::max_element(
      contradictions, {}, [](const Contradiction& each) { return each.highest - each.lowest; });
  const auto text = [&](double value) {
    const LabelMap* labels = data.labels_of(widest.task);
    return labels == nullptr ? fmt::format("{}", value) : labels->names()[static_cast<std::size_t>(value)];
  };
  notes.push_back(
      fmt::format("{} molecules have several rows with different values; the widest is '{}' of {}: {} to {}",
                  contradictions.size(), data.target_names[widest.task], widest.molecule.smiles,
                  text(widest.lowest), text(widest.highest)));
}

void note_columns(const Dataset& data, std::vector<std::string>& notes) {
  for (std::size_t column = 0; column < data.column_names.size(); ++column) {
    std::vector<double> values;
    std::int64_t missing = 0;
    for (std::int32_t row = 0; row < data.num_rows(); ++row) {
      if (!data.good(row)) continue;
      const double value = data.columns(row, static_cast<Index>(column));
      std::isnan(value) ? static_cast<void>(++missing) : values.push_back(value);
    }
    const std::string& name = data.column_names[column];
    if (missing > 0) {
      notes.push_back(fmt::format("column '{}' has no value in {} of {} rows; the mean stands for it", name,
                                  missing, data.num_rows() - data.num_bad_rows()));
    }
    const auto [least, most] = std::ranges::minmax(values);
    if (least < most) continue;
    notes.push_back(
        fmt::format("column '{}' is {} in all rows, so that predictions do not depend on it", name, least));
  }
}

void note_weights(const Dataset& data, std::vector<std::string>& notes) {
  if (data.weights.empty()) return;
  std::vector<double> weights;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (data.good(row)) weights.push_back(data.weights[static_cast<std::size_t>(row)]);
  }
  const auto [least, most] = std::ranges::minmax(weights);
  const auto none = std::ranges::count(weights, 0.0);
  notes.push_back(fmt::format("rows weigh {} to {} in training{}; scores count all rows alike", least, most,
                              none > 0 ? fmt::format(", {} of them nothing", none) : ""));
}

void note_bounds(const RunOptions& options, const Dataset& data, std::vector<std::string>& notes) {
  for (Index task = 0; task < data.bounds.cols(); ++task) {
    const auto least = (data.bounds.col(task).array() > 0).count(),
               most = (data.bounds.col(task).array() < 0).count();
    if (least + most == 0) continue;
    notes.push_back(fmt::format(
        "target '{}': {} values are bounds ({} like '>5', {} like '<5'). {}",
        data.target_names[static_cast<std::size_t>(task)], least + most, least, most,
        options.learn_bounds
            ? "Training takes predictions beyond them for right (--censored drop leaves them out); "
              "scores and intervals follow from measured values alone"
            : "They are left out (--censored drop)"));
  }
}

void note_balance(const RunOptions& options, const std::vector<Task>& tasks, const Dataset& data,
                  std::vector<std::string>& notes) {
  if (!options.class_balance) return;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].type != TaskType::kRegression) names.push_back(fmt::format("'{}'", data.target_names[i]));
  }
  notes.push_back(
      fmt::format("the classes of {} count equally (--class-balance): probabilities are those of data with "
                  "equally many molecules of each class",
                  fmt::join(names, ", ")));
}

// Regression on counts of substructures and on fingerprints knows numbers and yes or no.
void note_mixture(const RunOptions& options, const std::vector<Task>& tasks, const Dataset& data,
                  std::vector<std::string>& notes) {
  if (options.types.size() < 2) return;
  const auto classes = std::ranges::find(tasks, TaskType::kMulticlass, &Task::type);
  if (classes == tasks.end()) return;
  notes.push_back(
      fmt::format("'{}' has classes, so that the networks predict all targets without a companion{}; models "
                  "of their own for the "
                  "other targets have one",
                  data.target_names[static_cast<std::size_t>(classes - tasks.begin())],
                  options.baselines ? ", and ridge regression is no baseline" : ""));
}

// Takes the graphs out of the data set.
void label_graphs(const RunOptions& options, LearningData& result) {
  Dataset& data = result.data;
  result.graph_of.assign(data.graphs.size(), -1);
  result.graphs = LabeledGraphs(data.level);
  result.graphs.set_vocabularies(node_vocabulary_sizes(options.featurize), vocabulary_sizes(bond_columns()));
  result.graphs.set_featurizer(featurizer_json(options.featurize));
  std::vector<double> targets(data.target_names.size());
  std::vector<std::vector<std::uint32_t>> fingerprints;
  std::vector<std::int64_t> numbers;  // rows as users count them
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (!data.good(row)) continue;
    const auto at = static_cast<std::size_t>(row);
    targets.resize(data.target_names.size());
    for (std::size_t task = 0; task < targets.size(); ++task) {
      const auto column = static_cast<Index>(task);
      targets[task] = data.present(row, column) != 0 ? data.targets(row, column)
                                                     : std::numeric_limits<double>::quiet_NaN();
    }
    std::vector<std::int8_t> bounds;
    if (data.bounds.size() > 0 && options.learn_bounds) {
      for (std::size_t task = 0; task < targets.size(); ++task) {
        bounds.push_back(data.bounds(row, static_cast<Index>(task)));
        if (bounds.back() != 0) targets[task] = data.targets(row, static_cast<Index>(task));
      }
    }
    if (data.level != Readout::kGraph) {
      targets = in_graph_order(data.things[at], data.thing_targets[at], std::ssize(data.target_names));
    }
    result.graph_of[at] = result.graphs.num_graphs();
    const double weight = data.weights.empty() ? 1 : data.weights[at];
    result.graphs.add(std::move(data.graphs[at]), targets, static_cast<float>(weight), bounds);
    fingerprints.push_back(data.fingerprints[at]);
    numbers.push_back(row + 1);
  }
  result.graphs.name_tasks(data.target_names);
  result.graphs.set_num_columns(static_cast<std::int32_t>(data.column_names.size()));
  result.graphs.set_fingerprints(std::move(fingerprints), std::move(numbers));
}

// Of all that a training takes from the rows. What a pipe has said is known by this alone.
std::string digest_of(const Dataset& data) {
  std::string text;
  for (const auto* texts : {&data.smiles, &data.ids, &data.molecules, &data.splits}) {
    for (const std::string& each : *texts) text += each + '\n';
    text += '\n';
  }
  const auto append = [&](const auto& values) {
    const auto size = static_cast<std::size_t>(values.size()) * sizeof(*values.data());
    if (size > 0) text.append(reinterpret_cast<const char*>(values.data()), size);
  };
  append(data.targets);
  append(data.present);
  append(data.bounds);
  append(data.weights);
  for (const std::vector<double>& values : data.thing_targets) append(values);
  append(data.columns);
  return sha256_of(text);
}

}  // namespace

std::vector<std::int32_t> LearningData::graphs_of(std::span<const std::int32_t> rows) const {
  std::vector<std::int32_t> numbers;
  for (const std::int32_t row : rows) numbers.push_back(graph_of[static_cast<std::size_t>(row)]);
  return numbers;
}

LearningData load_learning_data(const RunOptions& options) {
  fractions_of(options.split_sizes);  // before anything is read
  if (options.input.level != Readout::kGraph && options.featurize.standardize.any()) {
    throw ConfigError(
        "--standardize and --ignore-stereo change the order of atoms, so that values of atoms and bonds "
        "would be lost; "
        "leave them out, or standardise the molecules before the values are computed");
  }
  LearningData result;
  std::error_code none;
  if (fs::is_regular_file(options.input.path, none)) result.sha256 = sha256_of_file(options.input.path);
  DatasetOptions reading;
  reading.input = options.input;
  reading.featurize = options.featurize;
  for (const TaskType type : options.types) reading.label_kinds.push_back(label_kind(type));
  reading.bounds = true;
  reading.molecules = true;
  reading.splits_column = options.splits_column;
  reading.scaffolds =
      options.split == "scaffold" && options.splits_file.empty() && options.splits_column.empty();
  reading.fingerprints = true;
  result.data = load_dataset(reading);
  Dataset& data = result.data;
  if (data.target_names.empty()) {
    throw FileError(options.input.path.string() + ": no target to learn; name it with --target-columns");
  }
  if (options.classes > 0) number_classes(options, data);
  result.rows_sha256 = digest_of(data);
  note_bad_rows(data, result.notes);
  if (!data.standardized.empty()) result.notes.push_back(note_on_standardising(data));
  note_labels(data, result.notes);
  note_missing_values(data, result.notes);
  result.tasks = tasks_of(options, data);
  result.protocol = divide(data, options, result.notes);
  result.split = result.protocol.splits[result.protocol.runs.front().split];
  note_equal_molecules(result, result.notes);
  note_columns(data, result.notes);
  note_weights(data, result.notes);
  note_bounds(options, data, result.notes);
  note_balance(options, result.tasks, data, result.notes);
  if (data.level == Readout::kGraph) note_mixture(options, result.tasks, data, result.notes);
  label_graphs(options, result);
  return result;
}

}  // namespace plstm::mol
