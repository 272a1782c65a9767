#include "division.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/molecule_table.hpp>
#include <plstm/core/error.hpp>
#include <plstm/data/split_column.hpp>
#include <plstm/data/split_file.hpp>

#include "support/molecules/molecule_split.hpp"

namespace plstm::mol {
namespace {

constexpr const char* kRepeated = "random_with_repeated_smiles";

std::vector<std::int32_t> good_rows(const Dataset& data) {
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (data.good(row)) rows.push_back(row);
  }
  return rows;
}

Split split_good_rows(const Dataset& data, const RunOptions& options, std::uint64_t seed) {
  const SplitFractions fractions = fractions_of(options.split_sizes);
  const std::vector<std::int32_t> rows = good_rows(data);
  if (options.split == "scaffold") {
    return scaffold_split(options.input.path.string(), rows, data.scaffolds, fractions);
  }
  if (options.split == kRepeated) {
    return random_molecule_split(rows, data.molecules, fractions, seed);
  }
  return split_of_rows(random_split(static_cast<std::int32_t>(rows.size()), fractions, seed), rows);
}

// Keeps the rows that can be used; says how many were dropped.
std::size_t drop_bad_rows(const Dataset& data, Split& split) {
  std::size_t dropped = 0;
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    dropped += std::erase_if(*part, [&](std::int32_t row) { return !data.good(row); });
  }
  return dropped;
}

// The splits of a file, without bad rows.
std::vector<Split> read_splits_of(const Dataset& data, const RunOptions& options,
                                  std::vector<std::string>& notes) {
  std::vector<Split> splits = read_splits(options.splits_file);
  std::size_t dropped = 0;
  for (Split& split : splits) {
    try {
      check_split(split, data.num_rows());
    } catch (const Error& error) {
      throw FileError(fmt::format("{}: {} (the data has {} rows)", options.splits_file.string(), error.what(),
                                  data.num_rows()));
    }
    dropped = std::max(dropped, drop_bad_rows(data, split));
    if (split.train.empty()) {
      throw FileError(options.splits_file.string() + ": no row of its training part can be used");
    }
  }
  if (dropped > 0) notes.push_back(fmt::format("{} rows of the split are bad and left out", dropped));
  return splits;
}

Split read_split_of_column(const Dataset& data, const RunOptions& options, std::vector<std::string>& notes) {
  const std::string name = fmt::format("{}, column '{}'", options.input.path.string(), options.splits_column);
  SplitColumn column = read_split_column(name, data.splits, data.lines, good_rows(data));
  if (column.left_out > 0) {
    notes.push_back(fmt::format("{} rows have an empty cell in column '{}' and are left out", column.left_out,
                                options.splits_column));
  }
  return std::move(column.split);
}

// A class for each of the rows, for folds in which each class has its share: those of one target of labels. A row
// without a label is of no class.
std::vector<std::int32_t> classes_of(const Dataset& data, std::span<const std::int32_t> rows) {
  std::vector<std::int32_t> classes;
  if (data.labels.size() != 1 || !data.labels.front().has_value()) return classes;
  if (data.level != Readout::kGraph) return classes;  // those of its atoms or bonds differ
  for (const std::int32_t row : rows) {
    classes.push_back(data.present(row, 0) != 0 ? static_cast<std::int32_t>(data.targets(row, 0)) : -1);
  }
  return classes;
}

Protocol fold_protocol(const Dataset& data, const RunOptions& options, std::span<const std::int32_t> rows,
                       const char* flag, std::vector<std::string>& notes) {
  ProtocolOptions protocol;
  protocol.folds = options.folds;
  protocol.seeds = options.replicates;
  protocol.first_seed = options.seed;
  protocol.needs_validation = false;
  const SplitFractions fractions = fractions_of(options.split_sizes);
  protocol.validation_share = fractions.validation / (fractions.train + fractions.validation);
  if (options.split == "scaffold" && !data.scaffolds.empty()) {
    protocol.groups = rows_of_equal_texts(rows, data.scaffolds);
    protocol.groups_name = "scaffolds";
    protocol.sorted_groups = true;
  } else if (options.split == kRepeated) {
    protocol.groups = rows_of_equal_texts(rows, data.molecules);
    protocol.groups_name = "molecules";
  }
  const bool grouped = !protocol.groups.empty();
  if (grouped && std::ssize(protocol.groups) < options.folds) {
    throw ConfigError(fmt::format(
        "{} {}: there are too few different {} in {} ({}); take fewer folds, or --split random", flag,
        options.folds, protocol.groups_name, options.input.path.string(), protocol.groups.size()));
  }
  if (std::ssize(rows) < options.folds) {
    throw ConfigError(
        fmt::format("{} {}: there would be {} folds of {} rows of {}, and each needs a row or more", flag,
                    options.folds, options.folds, rows.size(), options.input.path.string()));
  }
  Protocol result;
  try {
    result = make_protocol(rows, classes_of(data, rows), protocol);
  } catch (const ConfigError& error) {
    if (!grouped) throw;
    throw ConfigError(fmt::format("{} {}: {}, as whole {} stay together; take --split random", flag,
                                  options.folds, error.what(), protocol.groups_name));
  }
  const std::string note = grouped ? note_on_fold_sizes(result, protocol.groups_name) : "";
  if (!note.empty()) notes.push_back(note);
  return result;
}

}  // namespace

std::string split_text(const RunOptions& options) {
  if (!options.splits_column.empty()) return "column " + options.splits_column;
  return options.splits_file.empty() ? options.split : options.splits_file.string();
}

Protocol divide(const Dataset& data, const RunOptions& options, std::vector<std::string>& notes) {
  if (options.folds > 1) return fold_protocol(data, options, good_rows(data), "--folds", notes);
  Protocol protocol;
  const bool given = !options.splits_file.empty() || !options.splits_column.empty();
  if (!options.splits_file.empty()) {
    protocol.splits = read_splits_of(data, options, notes);
    protocol.name = options.splits_file.string();
  } else if (!options.splits_column.empty()) {
    protocol.splits.push_back(read_split_of_column(data, options, notes));
    protocol.name = fmt::format("column '{}'", options.splits_column);
  } else {
    protocol.name = options.split + " " + to_text(fractions_of(options.split_sizes));
  }
  for (std::int32_t replicate = 0; replicate < options.replicates; ++replicate) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(replicate);
    if (!given) protocol.splits.push_back(split_good_rows(data, options, seed));
    const std::size_t first = given ? 0 : protocol.splits.size() - 1;
    for (std::size_t split = first; split < protocol.splits.size(); ++split) {
      protocol.runs.push_back({static_cast<std::int32_t>(split - first), seed, split});
    }
  }
  for (const Split& split : protocol.splits) {
    if (protocol.runs.size() > 1 && split.test.empty()) {
      throw ConfigError("several trainings are compared by their test rows, and a split has none");
    }
  }
  return protocol;
}

std::vector<Split> folds_of_rows(const Dataset& data, RunOptions options, std::span<const std::int32_t> rows,
                                 std::int32_t folds) {
  options.folds = folds;
  options.replicates = 1;
  std::vector<std::string> notes;
  return fold_protocol(data, options, rows, "--search-folds", notes).splits;
}

}  // namespace plstm::mol
