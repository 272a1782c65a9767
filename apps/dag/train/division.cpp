#include "division.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/split_column.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/protocol.hpp>

namespace plstm::dag {
namespace {

constexpr std::int32_t kFewGraphs = 10;  // fewer are not divided where their nodes or edges can be

// A label that is known is what can be learnt; things without are in no part.
bool has_label(const RecordLabels& labels, std::int64_t thing) {
  return (labels.present.row(thing).array() != 0).any();
}

std::vector<std::int32_t> labelled_things(const RecordLabels& labels) {
  std::vector<std::int32_t> things;
  for (std::int64_t thing = 0; thing < labels.offsets.back(); ++thing) {
    if (has_label(labels, thing)) things.push_back(static_cast<std::int32_t>(thing));
  }
  return things;
}

std::vector<std::int32_t> labelled_graphs(const RecordLabels& labels, std::int32_t first,
                                          std::int32_t count) {
  std::vector<std::int32_t> graphs;
  for (std::int32_t graph = first; graph < first + count; ++graph) {
    const auto at = static_cast<std::size_t>(graph);
    bool any = false;
    for (std::int64_t thing = labels.offsets[at]; thing < labels.offsets[at + 1] && !any; ++thing)
      any = has_label(labels, thing);
    if (any) graphs.push_back(graph);
  }
  return graphs;
}

std::string cell_of(const AttributeColumn* column, std::size_t thing) {
  if (column == nullptr || is_nothing(column->values[thing])) return "";
  return text_of(column->values[thing]);
}

// The column of an attribute "name" or "node.name" among those of graphs or of the labelled things.
const AttributeColumn* column_of(const GraphRecord& record, Readout level, const std::string& wish) {
  for (const AttributeColumn& column : attributes_of(record, level)) {
    if (means_attribute(wish, name(level), column.name)) return &column;
  }
  return nullptr;
}

Division divide_by_column(std::span<const GraphRecord> records, const RecordLabels& labels,
                          const RunOptions& options) {
  const auto has = [&](Readout level) {
    return std::ranges::any_of(records, [&](const GraphRecord& each) {
      return column_of(each, level, options.splits_column) != nullptr;
    });
  };
  Division division;
  division.over_things = labels.level != Readout::kGraph && !has(Readout::kGraph);
  const Readout level = division.over_things ? labels.level : Readout::kGraph;
  if (!has(level)) {
    throw ConfigError(
        fmt::format("--splits-column: '{}' is no attribute of the {}s", options.splits_column, name(level)));
  }
  std::vector<std::string> cells;
  for (const GraphRecord& record : records) {
    const AttributeColumn* column = column_of(record, level, options.splits_column);
    for (std::int64_t thing = 0; thing < num_things(record, level); ++thing)
      cells.push_back(cell_of(column, static_cast<std::size_t>(thing)));
  }
  const std::vector<std::int64_t> lines(cells.size(), 0);
  std::int64_t row = 0;
  for (const GraphRecord& record : records) {
    for (std::int64_t thing = 0; thing < num_things(record, level); ++thing, ++row) {
      const std::string& cell = cells[static_cast<std::size_t>(row)];
      if (is_missing(cell) || parse_split_part(cell).has_value()) continue;
      throw FileError(fmt::format("{}: {}: '{}' is '{}', expected train, val or test", record.place,
                                  thing_name(record, level, thing), options.splits_column, cell));
    }
  }
  const std::vector<std::int32_t> rows =
      division.over_things ? labelled_things(labels)
                           : labelled_graphs(labels, 0, static_cast<std::int32_t>(records.size()));
  SplitColumn column =
      read_split_column(fmt::format("attribute '{}'", options.splits_column), cells, lines, rows);
  division.protocol.splits.push_back(std::move(column.split));
  division.protocol.name = fmt::format("attribute '{}'", options.splits_column);
  division.text = fmt::format(
      "as the attribute '{}' says{}", options.splits_column,
      column.left_out > 0 ? fmt::format("; {} {}s without a part are left out", column.left_out, name(level))
                          : "");
  return division;
}

std::vector<std::vector<std::int32_t>> groups_of(std::span<const GraphRecord> records,
                                                 std::span<const std::int32_t> graphs,
                                                 const std::string& wish) {
  std::map<std::string, std::vector<std::int32_t>> groups;
  bool found = false;
  for (const std::int32_t graph : graphs) {
    const GraphRecord& record = records[static_cast<std::size_t>(graph)];
    const AttributeColumn* column = column_of(record, Readout::kGraph, wish);
    found = found || column != nullptr;
    groups[cell_of(column, 0)].push_back(graph);
  }
  if (!found) throw ConfigError(fmt::format("--group-column: '{}' is no attribute of the graphs", wish));
  std::vector<std::vector<std::int32_t>> list;
  for (auto& [text, group] : groups) list.push_back(std::move(group));
  return list;
}

SplitFractions without_test(const SplitFractions& shares) {
  const double sum = shares.train + shares.validation;
  return {shares.train / sum, 1 - shares.train / sum, 0};
}

// A large group that comes last may take all that the parts after it should have: then the groups are drawn again.
Split draw_groups(const std::vector<std::vector<std::int32_t>>& groups, const SplitFractions& shares,
                  const std::string& column, std::uint64_t seed) {
  constexpr std::uint64_t kMostDraws = 100;
  for (std::uint64_t draw = 0; draw < kMostDraws; ++draw) {
    Split split = random_group_split(groups, shares, draw == 0 ? seed : mix_seed(seed, draw));
    const bool is_full =
        (shares.validation == 0 || !split.validation.empty()) && (shares.test == 0 || !split.test.empty());
    if (is_full) return split;
  }
  throw ConfigError(fmt::format(
      "--group-column {}: its {} groups cannot fill training, validation and test; change --split-sizes",
      column, groups.size()));
}

// Draws at random among graphs or things; parts that have files of their own take no share.
Split draw(std::span<const GraphRecord> records, std::span<const std::int32_t> rows,
           const RunOptions& options, bool graphs, const PartSizes& sizes, std::uint64_t seed) {
  SplitFractions shares = fractions_of(options.split_sizes);
  if (sizes.test > 0) shares = without_test(shares);
  if (sizes.validation > 0) {
    const double sum = shares.train + shares.test;
    shares = {shares.train / sum, 0, 1 - shares.train / sum};
  }
  if (!options.group_column.empty() && graphs) {
    return draw_groups(groups_of(records, rows, options.group_column), shares, options.group_column, seed);
  }
  return split_of_rows(random_split(static_cast<std::int32_t>(rows.size()), shares, seed), rows);
}

std::vector<std::int32_t> labelled_things_of(const RecordLabels& labels,
                                             std::span<const std::int32_t> graphs) {
  std::vector<std::int32_t> things = things_of(labels.offsets, graphs);
  std::erase_if(things, [&](std::int32_t thing) { return !has_label(labels, thing); });
  return things;
}

// What the user calls the groups that stay together.
std::string groups_name(const RunOptions& options) {
  return fmt::format("groups of one '{}'", options.group_column);
}

// A class for each of the rows, for folds in which each class has its share: those of one target of classes. A row
// without a label is of no class.
std::vector<std::int32_t> classes_of(const RecordLabels& labels, std::span<const std::int32_t> rows,
                                     bool over_things) {
  std::vector<std::int32_t> classes;
  if (labels.tasks.size() != 1 || labels.tasks.front().type == TaskType::kRegression) return classes;
  if (labels.level != Readout::kGraph && !over_things) return classes;  // those of its nodes or edges differ
  for (const std::int32_t row : rows)
    classes.push_back(labels.present(row, 0) != 0 ? static_cast<std::int32_t>(labels.targets(row, 0)) : -1);
  return classes;
}

// Groups of rows as positions among them.
std::vector<std::vector<std::int32_t>> positions_of(std::vector<std::vector<std::int32_t>> groups,
                                                    std::span<const std::int32_t> rows) {
  for (std::vector<std::int32_t>& group : groups) {
    for (std::int32_t& row : group)
      row = static_cast<std::int32_t>(std::ranges::lower_bound(rows, row) - rows.begin());
  }
  return groups;
}

// Folds of the rows, which are ascending. `flag` is what the user calls the number of folds.
Protocol fold_protocol(std::span<const GraphRecord> records, const RecordLabels& labels, bool over_things,
                       const RunOptions& options, std::span<const std::int32_t> rows, const char* flag) {
  ProtocolOptions protocol;
  protocol.folds = options.folds;
  protocol.seeds = options.replicates;
  protocol.first_seed = options.seed;
  protocol.needs_validation = false;
  const SplitFractions fractions = fractions_of(options.split_sizes);
  protocol.validation_share = fractions.validation / (fractions.train + fractions.validation);
  const std::string things = fmt::format("{}s", name(over_things ? labels.level : Readout::kGraph));
  if (std::ssize(rows) < options.folds) {
    throw ConfigError(
        fmt::format("{} {}: there would be {} folds of {} {} with labels, and each needs one or more", flag,
                    options.folds, options.folds, rows.size(), things));
  }
  if (!options.group_column.empty() && !over_things) {
    protocol.groups = positions_of(groups_of(records, rows, options.group_column), rows);
    protocol.groups_name = groups_name(options);
    if (std::ssize(protocol.groups) < options.folds) {
      throw ConfigError(
          fmt::format("{} {}: '{}' has too few different values ({}); take fewer folds, or leave "
                      "--group-column out",
                      flag, options.folds, options.group_column, protocol.groups.size()));
    }
  }
  try {
    return make_protocol(rows, classes_of(labels, rows, over_things), protocol);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{} {}: {}", flag, options.folds, error.what()));
  }
}

// The trainings on splits that are the same for all seeds.
void add_runs_of_given(const RunOptions& options, Protocol& protocol) {
  for (std::int32_t replicate = 0; replicate < options.replicates; ++replicate) {
    for (std::size_t split = 0; split < protocol.splits.size(); ++split) {
      protocol.runs.push_back(
          {static_cast<std::int32_t>(split), options.seed + static_cast<std::uint64_t>(replicate), split});
    }
  }
}

Division divide_by_file(std::span<const GraphRecord> records, const RecordLabels& labels,
                        const PartSizes& sizes, const RunOptions& options) {
  Division division;
  division.over_things = labels.level != Readout::kGraph && options.over_things.value_or(sizes.main == 1);
  const auto count =
      static_cast<std::int32_t>(division.over_things ? labels.offsets.back() : std::ssize(records));
  const std::vector<std::int32_t> usable =
      division.over_things ? labelled_things(labels) : labelled_graphs(labels, 0, count);
  division.protocol.splits = read_given_splits(options.splits_file, count, usable);
  division.protocol.name = options.splits_file.string();
  division.text = fmt::format("as {} says", options.splits_file.string());
  return division;
}

std::string random_name(const RunOptions& options, bool graphs) {
  const std::string name = "random " + to_text(fractions_of(options.split_sizes));
  return graphs && !options.group_column.empty() ? fmt::format("{} of whole {}", name, groups_name(options))
                                                 : name;
}

Division divide_at_random(std::span<const GraphRecord> records, const RecordLabels& labels,
                          const PartSizes& sizes, const RunOptions& options) {
  Division division;
  const bool has_things = labels.level != Readout::kGraph;
  const std::vector<std::int32_t> graphs = labelled_graphs(labels, 0, sizes.main);
  const bool needs_division = sizes.validation == 0 || sizes.test == 0;
  const bool keeps_groups = !options.group_column.empty();
  if (keeps_groups && has_things && options.over_things.value_or(false)) {
    throw ConfigError(
        "--group-column keeps whole graphs together, and --split-over things divides them; leave out one");
  }
  division.over_things = has_things && needs_division &&
                         options.over_things.value_or(!keeps_groups && std::ssize(graphs) < kFewGraphs);
  if (options.over_things.value_or(false) && !has_things)
    throw ConfigError(
        "--split-over things: the targets belong to graphs, so that there is nothing else to divide");
  division.text = division.over_things ? fmt::format("the {}s of all graphs at random", name(labels.level))
                  : options.group_column.empty()
                      ? "graphs at random"
                      : fmt::format("graphs at random, those of one '{}' together", options.group_column);
  const std::vector<std::int32_t> rows = division.over_things ? labelled_things_of(labels, graphs) : graphs;
  if (options.folds > 1) {
    if (sizes.validation > 0 || sizes.test > 0) {
      throw ConfigError(
          "--folds: each fold is tested once, so that --separate-val-path and --separate-test-path have no "
          "place; give all graphs with -i");
    }
    division.protocol = fold_protocol(records, labels, division.over_things, options, rows, "--folds");
    if (!options.group_column.empty() && !division.over_things)
      division.note = note_on_fold_sizes(division.protocol, groups_name(options), "graphs");
    return division;
  }
  Protocol& protocol = division.protocol;
  protocol.name = random_name(options, !division.over_things);
  const auto add = [&](std::vector<std::int32_t>& part, std::int32_t first, std::int32_t count) {
    std::vector<std::int32_t> own = labelled_graphs(labels, first, count);
    if (division.over_things) own = labelled_things_of(labels, own);
    part.insert(part.end(), own.begin(), own.end());
  };
  for (std::int32_t replicate = 0; replicate < options.replicates; ++replicate) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(replicate);
    Split split = draw(records, rows, options, !division.over_things, sizes, seed);
    add(split.validation, sizes.main, sizes.validation);
    add(split.test, sizes.main + sizes.validation, sizes.test);
    protocol.runs.push_back({0, seed, protocol.splits.size()});
    protocol.splits.push_back(std::move(split));
  }
  return division;
}

}  // namespace

Division divide(std::span<const GraphRecord> records, const RecordLabels& labels, const PartSizes& sizes,
                const RunOptions& options) {
  Division division = !options.splits_column.empty() ? divide_by_column(records, labels, options)
                      : !options.splits_file.empty() ? divide_by_file(records, labels, sizes, options)
                                                     : divide_at_random(records, labels, sizes, options);
  Protocol& protocol = division.protocol;
  if (protocol.runs.empty()) add_runs_of_given(options, protocol);
  for (const Split& split : protocol.splits) {
    if (split.train.empty()) throw ConfigError("nothing is left to train on; see --split-sizes");
    if (protocol.runs.size() > 1 && split.test.empty())
      throw ConfigError("several trainings are compared by what they test, and a split tests nothing");
  }
  division.split = protocol.splits.front();
  return division;
}

std::vector<Split> folds_of_rows(std::span<const GraphRecord> records, const RecordLabels& labels,
                                 bool over_things, RunOptions options, std::span<const std::int32_t> rows,
                                 std::int32_t folds) {
  options.folds = folds;
  options.replicates = 1;
  return fold_protocol(records, labels, over_things, options, rows, "--search-folds").splits;
}

}  // namespace plstm::dag
