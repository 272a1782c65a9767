#include "plstm/chem/molecule_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/bcut.hpp>
#include <plstm/chem/duplicates.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/chem/scaffold.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/decimal.hpp>

namespace plstm {
namespace {

constexpr std::size_t kChunkSize = 4096;  // records in memory beside the table

void append(MoleculeTable& table, std::vector<MoleculeRecord>& records, const MoleculeTableOptions& options) {
  std::vector<PreparedGraph> graphs = prepare_records(records);
  const std::size_t begin = table.graphs.size();
  const std::size_t end = begin + records.size();
  if (options.scaffolds) table.scaffolds.resize(end);
  if (options.molecules) table.molecules.resize(end);
  if (options.fingerprints) table.fingerprints.resize(end);
  if (options.keys_and_bcut) {
    table.maccs_keys.resize(end);
    table.bcut_values.resize(end);
  }
  parallel_for(records.size(), 1, [&](std::size_t i) {
    if (records[i].molecules.empty()) return;
    const Molecule& molecule = records[i].molecules.front();
    if (options.molecules) table.molecules[begin + i] = canonical_row(records[i].molecules);
    if (options.scaffolds) table.scaffolds[begin + i] = bemis_murcko_scaffold(molecule);
    if (options.fingerprints) table.fingerprints[begin + i] = row_fingerprint(records[i].molecules);
    if (options.keys_and_bcut) {
      table.maccs_keys[begin + i] = maccs_keys(molecule);
      table.bcut_values[begin + i] = bcut_values(molecule);
    }
  });
  const std::size_t tasks = table.target_names.size();
  for (std::size_t i = 0; i < records.size(); ++i) {
    MoleculeRecord& record = records[i];
    const bool good = record.error.empty();
    for (std::size_t task = 0; task < tasks; ++task) {
      table.targets.push_back(good ? record.targets[task] : 0.0);
      table.present.push_back(good ? record.present[task] : std::uint8_t{0});
      table.bounds.push_back(good ? record.bounds[task] : std::int8_t{0});
    }
    record.columns.resize(options.reading.featurize.columns.size(), std::numeric_limits<double>::quiet_NaN());
    table.columns.insert(table.columns.end(), record.columns.begin(), record.columns.end());
    if (!options.reading.weight_column.empty()) table.weights.push_back(record.weight);
    table.smiles.push_back(std::move(record.smiles));
    table.ids.push_back(std::move(record.id));
    if (options.reading.featurize.standardize.any())
      table.standardized.push_back(std::move(record.standardized));
    table.lines.push_back(record.line);
    if (!options.reading.split_column.empty()) table.splits.push_back(std::move(record.split));
    if (options.reading.level != Readout::kGraph) {
      table.things.push_back(good ? *std::move(record.things) : MoleculeThings{options.reading.level});
      table.thing_targets.push_back(std::move(record.thing_targets));
    }
    table.errors.push_back(std::move(record.error));
    table.graphs.push_back(std::move(graphs[i]));
  }
}

// The rows of a file whose targets are labels, until all of them are known.
struct LabelTexts {
  std::vector<std::vector<std::string>>
      columns;  // [tasks][rows], empty for a bad row; of atoms or bonds all of them
  std::vector<std::vector<std::string>> things;  // [rows] MoleculeRecord::thing_texts

  void append(std::span<const MoleculeRecord> records, Readout level) {
    for (const MoleculeRecord& record : records) {
      const bool good = record.error.empty();
      for (std::size_t task = 0; task < columns.size(); ++task) {
        if (level == Readout::kGraph) {
          columns[task].push_back(good ? record.target_texts[task] : std::string());
        } else if (good) {
          for (std::size_t at = task; at < record.thing_texts.size(); at += columns.size())
            columns[task].push_back(record.thing_texts[at]);
        }
      }
      if (level != Readout::kGraph && !columns.empty()) things.push_back(record.thing_texts);
    }
  }
};

// The class of a text, NaN for a missing one.
double class_number(const LabelMap& labels, const std::string& text) {
  const std::optional<std::int32_t> label = labels.class_of(text);
  return label.has_value() ? *label : std::numeric_limits<double>::quiet_NaN();
}

void infer_classes(const std::string& name, const LabelTexts& texts, const MoleculeTableOptions& options,
                   MoleculeTable& table) {
  const std::size_t tasks = table.target_names.size();
  table.labels = options.labels;
  table.labels.resize(tasks);
  table.missing_words.resize(tasks);
  for (std::size_t task = 0; !options.label_kinds.empty() && task < tasks; ++task) {
    const std::optional<LabelKind> kind = options.label_kinds[options.label_kinds.size() == 1 ? 0 : task];
    if (!kind.has_value()) continue;
    try {
      table.labels[task] = infer_labels(texts.columns[task], table.target_names[task], *kind);
      table.missing_words[task] = note_on_missing_words(texts.columns[task]);
    } catch (const FileError& error) {
      const std::string missing = note_on_missing_words(texts.columns[task]);
      throw FileError(fmt::format("{}: {}{}{}", name, error.what(), missing.empty() ? "" : "; ", missing));
    }
  }
}

void read_labels(const std::string& name, const LabelTexts& texts, const MoleculeTableOptions& options,
                 MoleculeTable& table) {
  const std::size_t tasks = table.target_names.size();
  for (std::size_t task = 0; task < tasks; ++task) {
    if (!table.labels[task].has_value()) continue;
    for (std::size_t row = 0; row < table.errors.size(); ++row) {
      if (!table.errors[row].empty()) continue;
      try {
        if (!texts.things.empty()) {
          for (std::size_t at = task; at < texts.things[row].size(); at += tasks)
            table.thing_targets[row][at] = class_number(*table.labels[task], texts.things[row][at]);
          continue;
        }
        const double label = class_number(*table.labels[task], texts.columns[task][row]);
        table.targets[row * tasks + task] = std::isnan(label) ? 0 : label;
        table.present[row * tasks + task] = std::isnan(label) ? 0 : 1;
      } catch (const FileError& error) {
        table.errors[row] = fmt::format("target '{}': {}", table.target_names[task], error.what());
        if (options.reading.strict) {
          throw FileError(
              fmt::format("{}: row {} (line {}): {}", name, row + 1, table.lines[row], table.errors[row]));
        }
        table.graphs[row] = {};
        if (!texts.things.empty()) {
          table.things[row] = {options.reading.level};
          table.thing_targets[row].clear();
        }
        std::fill_n(table.targets.begin() + static_cast<std::ptrdiff_t>(row * tasks), tasks, 0.0);
        std::fill_n(table.bounds.begin() + static_cast<std::ptrdiff_t>(row * tasks), tasks, std::int8_t{0});
        std::fill_n(table.present.begin() + static_cast<std::ptrdiff_t>(row * tasks), tasks, std::uint8_t{0});
      }
    }
  }
}

// Which targets are texts, as MoleculeReaderOptions has it.
std::vector<std::uint8_t> text_targets_of(const MoleculeTableOptions& options) {
  std::vector<std::uint8_t> texts;
  for (const std::optional<LabelKind>& kind : options.label_kinds) texts.push_back(kind.has_value() ? 1 : 0);
  for (const std::optional<LabelMap>& labels : options.labels) texts.push_back(labels.has_value() ? 1 : 0);
  if (std::ranges::count(texts, 1) == 0) texts.clear();
  return texts;
}

// Whether any atom or bond has a value. Labels are not read yet, and a missing one is an empty text.
bool has_value(const MoleculeTable& table, const LabelTexts& texts, std::size_t task) {
  const std::size_t tasks = table.target_names.size();
  for (const std::vector<double>& values : table.thing_targets) {
    for (std::size_t at = task; at < values.size(); at += tasks) {
      if (!std::isnan(values[at])) return true;
    }
  }
  return !texts.things.empty() &&
         std::ranges::any_of(texts.columns[task], [](const std::string& text) { return !text.empty(); });
}

// A target without a value comes from a misspelt name or an empty column.
void check_values(const std::string& name, std::span<const std::string> known, const LabelTexts& texts,
                  const char* flag, const MoleculeTable& table) {
  const std::size_t tasks = table.target_names.size();
  for (std::size_t task = 0; task < tasks; ++task) {
    bool any = has_value(table, texts, task);
    for (std::size_t at = task; at < table.present.size(); at += tasks) {
      any = any || table.present[at] != 0 || table.bounds[at] != 0;
    }
    if (any) continue;
    std::string list;
    for (const std::string& each : known) list += fmt::format(" '{}'", each);
    throw FileError(
        fmt::format("{}: target '{}' has no value in any of its {} usable rows; check the name "
                    "({}); the file has{}",
                    name, table.target_names[task], table.num_rows() - table.num_bad_rows(), flag, list));
  }
}

// The same for a column beside the molecule.
void check_columns(const std::string& name, std::span<const std::string> columns,
                   const MoleculeTable& table) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    bool any = false;
    for (std::size_t at = column; at < table.columns.size(); at += columns.size()) {
      any = any || !std::isnan(table.columns[at]);
    }
    if (any) continue;
    throw FileError(
        fmt::format("{}: column '{}' (--descriptors-columns) has no value in any of its {} usable rows", name,
                    columns[column], table.num_rows() - table.num_bad_rows()));
  }
}

// The rows of a file; the classes of labels are not known yet.
struct RowsOfFile {
  MoleculeTable table;
  LabelTexts texts;
  std::vector<std::string> known_names;
  DecimalReader::Seen numbers;
};

RowsOfFile read_rows(const std::filesystem::path& path, const MoleculeTableOptions& options,
                     bool decimal_comma) {
  MoleculeReaderOptions reading = options.reading;
  reading.keep_molecules =
      options.scaffolds || options.fingerprints || options.keys_and_bcut || options.molecules;
  reading.text_targets = text_targets_of(options);
  const bool labels = !reading.text_targets.empty();
  MoleculeReader reader(path, std::move(reading));
  if (decimal_comma) {
    MoleculePlace begin = reader.place();
    begin.numbers.comma = true;
    reader.go_to(begin);
  }
  RowsOfFile rows;
  MoleculeTable& table = rows.table;
  table.target_names = reader.target_names();
  const std::size_t tasks = table.target_names.size();
  const std::size_t kinds = std::max(options.label_kinds.size(), options.labels.size());
  if (kinds > 1 && kinds != tasks) {
    throw ConfigError(fmt::format("{}: {} targets and kinds of {}", path.string(), tasks, kinds));
  }
  rows.texts.columns.resize(labels ? tasks : 0);
  while (true) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kChunkSize);
    if (records.empty()) break;
    rows.texts.append(records, options.reading.level);
    append(table, records, options);
    if (options.on_rows) options.on_rows(table.num_rows(), reader.share_read());
  }
  rows.known_names = reader.known_names();
  rows.numbers = reader.place().numbers;
  return rows;
}

}  // namespace

std::int32_t MoleculeTable::num_bad_rows() const {
  return num_rows() - static_cast<std::int32_t>(good_rows().size());
}

std::vector<std::int32_t> MoleculeTable::good_rows() const {
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < num_rows(); ++row) {
    if (good(row)) rows.push_back(row);
  }
  return rows;
}

MoleculeTable read_molecule_table(const std::filesystem::path& path, const MoleculeTableOptions& options) {
  RowsOfFile rows = read_rows(path, options, false);
  std::error_code none;
  // "2,128" may be a number with a thousands separator until another number tells that the comma is the decimal sign.
  // Rows before that one are read again.
  if (rows.table.num_bad_rows() > 0 && rows.numbers.comma && std::filesystem::is_regular_file(path, none)) {
    rows = read_rows(path, options, true);
  }
  auto& [table, texts, known_names, numbers] = rows;
  const bool labels = !texts.columns.empty();
  if (table.num_bad_rows() == table.num_rows()) {
    const bool words = !labels && std::ranges::all_of(table.errors, [](const std::string& error) {
      return error.starts_with("target '") && error.ends_with("' is not a number");
    });
    throw FileError(fmt::format(
        "{}: none of its {} rows is usable{}{}{}", path.string(), table.num_rows(),
        table.num_rows() > 0 ? "; the first says: " : "", table.num_rows() > 0 ? table.errors.front() : "",
        words && table.num_rows() > 0 ? "; if these are labels, say --task-type classification or multiclass"
                                      : ""));
  }
  const Readout level = options.reading.level;
  check_values(path.string(), known_names, texts,
               level == Readout::kNode   ? "--atom-target-columns"
               : level == Readout::kEdge ? "--bond-target-columns"
                                         : "--target-columns",
               table);
  check_columns(path.string(), options.reading.featurize.columns, table);
  if (labels) {
    infer_classes(path.string(), texts, options, table);
    read_labels(path.string(), texts, options, table);
  }
  if (std::ranges::count(table.bounds, 0) == std::ssize(table.bounds)) table.bounds.clear();
  return std::move(table);  // a part of `rows`
}

std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records) {
  std::vector<PreparedGraph> graphs(records.size());
  parallel_for(records.size(), 4, [&](std::size_t i) {
    if (records[i].error.empty()) graphs[i] = prepare_graph(std::move(records[i].graph));
  });
  return graphs;
}

std::vector<std::vector<std::int32_t>> rows_of_equal_texts(std::span<const std::int32_t> rows,
                                                           std::span<const std::string> texts) {
  std::vector<std::string> kept;
  for (const std::int32_t row : rows) kept.push_back(texts[static_cast<std::size_t>(row)]);
  return scaffold_groups(kept);
}

Split scaffold_split(std::span<const std::int32_t> rows, std::span<const std::string> scaffolds,
                     const SplitFractions& fractions) {
  check_fractions(fractions);
  std::vector<std::string> kept;
  for (const std::int32_t row : rows) kept.push_back(scaffolds[static_cast<std::size_t>(row)]);
  const std::vector<std::vector<std::int32_t>> groups = scaffold_groups(kept);
  const auto largest = std::ranges::max_element(groups, {}, &std::vector<std::int32_t>::size);
  if (largest != groups.end() &&
      static_cast<double>(largest->size()) > fractions.train * static_cast<double>(rows.size())) {
    throw FileError(
        fmt::format("{} of {} molecules have the same scaffold '{}', too many for a split by scaffold; "
                    "use a random split",
                    largest->size(), rows.size(), kept[static_cast<std::size_t>(largest->front())]));
  }
  return split_of_rows(group_split(groups, fractions), rows);
}

Split random_molecule_split(std::span<const std::int32_t> rows, std::span<const std::string> molecules,
                            const SplitFractions& fractions, std::uint64_t seed) {
  std::vector<std::string> kept;
  std::vector<std::vector<std::int32_t>> single;
  for (const std::int32_t row : rows) {
    single.push_back({static_cast<std::int32_t>(kept.size())});
    kept.push_back(molecules[static_cast<std::size_t>(row)]);
  }
  const std::vector<std::vector<std::int32_t>> groups = join_equal_molecules(single, kept);
  const bool all_different = groups.size() == single.size();
  return split_of_rows(all_different ? random_split(static_cast<std::int32_t>(rows.size()), fractions, seed)
                                     : random_group_split(groups, fractions, seed),
                       rows);
}

}  // namespace plstm
