#include "plstm/chem/reader.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/chem/things/thing_values.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/bound.hpp>
#include <plstm/data/files/input_file.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

#include "chem/molecule_source.hpp"

namespace plstm {

namespace {

using Source = std::variant<TableSource, SdSource>;

Source open_source(std::istream& stream, const std::filesystem::path& path, const std::string& name,
                   const MoleculeReaderOptions& options) {
  if (options.level != Readout::kGraph && options.featurize.num_molecules() > 1) {
    throw FileError(fmt::format(
        "{}: values of atoms and bonds belong to rows of one molecule, and --smiles-columns names {}", name,
        options.featurize.num_molecules()));
  }
  if (options.further_smiles_columns.size() + 1 != options.featurize.num_molecules()) {
    throw FileError(fmt::format("{}: {} columns of SMILES, and a row has {} molecules (--smiles-columns)",
                                name, options.further_smiles_columns.size() + 1,
                                options.featurize.num_molecules()));
  }
  std::string kind = options.kind.empty() ? kind_of_file(path) : "." + options.kind;
  if (kind.empty() && (path == "-" || path == "/dev/stdin")) kind = ".csv";  // CsvReader finds the delimiter
  if (kind == ".bz2" || kind == ".zip" || kind == ".xz" || kind == ".zst") {
    throw FileError(name + ": of compressed files only those of gzip (.gz) are read; unpack it first");
  }
  const bool is_sd = kind == ".sdf" || kind == ".sd";
  const bool is_smi = kind == ".smi";
  if (!is_sd && !is_smi && kind != ".csv" && kind != ".tsv") {
    throw FileError(
        name +
        ": unknown kind of file; expected the ending .csv, .tsv, .smi, .sdf or .sd, perhaps with .gz; "
        "say the kind with --input-format");
  }
  if (is_sd) return Source(std::in_place_type<SdSource>, stream, name, options);
  const char delimiter = is_smi ? ' ' : kind == ".tsv" ? '\t' : ',';
  const CsvFormat format{delimiter, options.header.value_or(!is_smi)};
  return Source(std::in_place_type<TableSource>, stream, name, format, options);
}

void read_targets(const RawMolecule& raw, std::span<const std::string> names,
                  std::span<const std::uint8_t> as_texts, bool with_bounds, MoleculeRecord& record) {
  const auto is_text = [&](std::size_t i) {
    return !as_texts.empty() && as_texts[as_texts.size() == 1 ? 0 : i] != 0;
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_missing(raw.targets[i])) continue;
    if (is_text(i)) {
      record.present[i] = 1;
      continue;
    }
    try {
      const BoundText text = with_bounds ? split_bound(raw.targets[i]) : BoundText{0, raw.targets[i]};
      record.targets[i] = parse_double(text.number);
      record.bounds[i] = text.bound;
      record.present[i] = text.bound == 0 ? 1 : 0;
    } catch (const FileError& error) {
      if (trim(raw.targets[i]).starts_with('[')) {
        throw FileError(
            fmt::format("target '{}': it is a list, as values of atoms and bonds are (--atom-target-columns, "
                        "--bond-target-columns)",
                        names[i]));
      }
      throw FileError(fmt::format("target '{}': {}", names[i], error.what()));
    }
  }
}

// Fills what a record says of atoms or bonds.
void read_thing_targets(const RawMolecule& raw, std::span<const std::string> names,
                        std::span<const std::uint8_t> as_texts, MoleculeRecord& record) {
  const std::size_t rows = record.things->num_rows(), tasks = names.size();
  record.thing_targets.assign(rows * tasks, std::numeric_limits<double>::quiet_NaN());
  record.thing_texts.resize(as_texts.empty() ? 0 : rows * tasks);
  for (std::size_t task = 0; task < tasks; ++task) {
    try {
      std::vector<std::string> texts = values_of_rows(*record.things, raw.targets[task]);
      const bool is_text = !as_texts.empty() && as_texts[as_texts.size() == 1 ? 0 : task] != 0;
      const std::vector<double> numbers = is_text ? std::vector<double>() : numbers_of(texts);
      for (std::size_t row = 0; row < rows; ++row) {
        if (is_text) record.thing_texts[row * tasks + task] = std::move(texts[row]);
        if (!is_text) record.thing_targets[row * tasks + task] = numbers[row];
      }
    } catch (const Error& error) {
      throw FileError(fmt::format("target '{}': {}", names[task], error.what()));
    }
  }
}

std::vector<double> read_columns(const RawMolecule& raw, std::span<const std::string> names) {
  std::vector<double> values;
  for (std::size_t i = 0; i < names.size(); ++i) {
    try {
      values.push_back(is_missing(raw.columns[i]) ? std::numeric_limits<double>::quiet_NaN()
                                                  : parse_double(raw.columns[i]));
    } catch (const FileError& error) {
      throw FileError(fmt::format("column '{}': {}", names[i], error.what()));
    }
  }
  return values;
}

// Losses add weights in float.
constexpr double kMostWeight = 1e30;

// NaN for a text that is no weight.
double weight_of(const std::string& text) {
  try {
    const double weight = parse_double(text);
    return weight >= 0 && weight <= kMostWeight ? weight : std::numeric_limits<double>::quiet_NaN();
  } catch (const FileError&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

MoleculeReaderOptions checked(MoleculeReaderOptions options) {
  if (options.level != Readout::kGraph && options.featurize.standardize.any()) {
    throw ConfigError(
        "molecules with values of their atoms or bonds cannot be standardised, which changes atoms and their "
        "order; standardise them before the values are computed");
  }
  return options;
}

}  // namespace

struct MoleculeReader::Impl {
  Impl(const std::filesystem::path& path, MoleculeReaderOptions reader_options)
      : file(path),
        name(file.name()),
        options(std::move(reader_options)),
        source(open_source(file.stream(), path, name, options)) {}

  template <class AnySource>
  std::vector<MoleculeRecord> next_chunk(AnySource& rows, std::size_t max_records);

  template <class AnySource>
  void fill(const AnySource& rows, RawMolecule& raw, MoleculeRecord& record) const;

  InputFile file;
  std::string name;
  MoleculeReaderOptions options;
  Source source;
  std::int64_t num_rows = 0;
  std::int64_t num_bad_rows = 0;
  std::string first_error;
  bool any_molecule = false, any_other_text = false;
  bool from_the_beginning = true;  // all rows were returned
};

template <class AnySource>
std::vector<MoleculeRecord> MoleculeReader::Impl::next_chunk(AnySource& rows, std::size_t max_records) {
  std::vector<RawMolecule> raw;
  bool at_end = false;
  for (std::size_t size = 0; raw.size() < max_records && size < AnySource::kMostText;) {
    RawMolecule molecule;
    at_end = !rows.next(molecule);
    if (at_end) break;
    size += molecule.text.size();
    for (const std::string& smiles : molecule.further) size += smiles.size();
    raw.push_back(std::move(molecule));
  }
  std::vector<MoleculeRecord> records(raw.size());
  parallel_for(raw.size(), 1, [&](std::size_t i) { fill(rows, raw[i], records[i]); });
  for (std::size_t i = 0; i < records.size(); ++i) {
    const MoleculeRecord& record = records[i];
    if (record.error.empty()) {
      if (!std::isnan(record.weight)) continue;
      throw FileError(fmt::format(
          "{}: {} {} (line {}): the weight '{}' (column '{}') is no number from 0 to {:g}", name,
          AnySource::kRow, record.row, record.line, raw[i].weight, options.weight_column, kMostWeight));
    }
    std::string place =
        fmt::format("{} {} (line {}): {}", AnySource::kRow, record.row, record.line, record.error);
    if (options.strict) throw MoleculeError(fmt::format("{}: {}", name, place));
    if (num_bad_rows++ == 0) first_error = std::move(place);
  }
  num_rows += static_cast<std::int64_t>(records.size());
  for (const RawMolecule& molecule : raw) {
    any_molecule = any_molecule || molecule.is_molecule;
    any_other_text = any_other_text || molecule.is_no_molecule;
  }
  const bool ended = from_the_beginning && (at_end || num_rows >= MoleculeReader::kRowsWithoutSmiles);
  if (const std::string hint = rows.other_columns();
      ended && !any_molecule && any_other_text && !hint.empty()) {
    throw FileError(fmt::format("{}: {} ({})", name, hint, first_error));
  }
  if (const std::string absent = ended ? rows.absent_column() : ""; !absent.empty()) {
    throw FileError(fmt::format("{}: {}", name, absent));
  }
  return records;
}

template <class AnySource>
void MoleculeReader::Impl::fill(const AnySource& rows, RawMolecule& raw, MoleculeRecord& record) const {
  record.row = raw.row;
  record.line = raw.line;
  record.id = std::move(raw.id);
  record.targets.resize(raw.targets.size());
  record.present.resize(raw.targets.size());
  record.bounds.resize(raw.targets.size());
  record.error = std::move(raw.problem);
  record.fields = std::move(raw.fields);
  record.split = std::move(raw.split);
  std::vector<std::string> smiles;
  if constexpr (AnySource::kIsSmiles) {
    smiles = std::move(raw.further);
    smiles.insert(smiles.begin(), raw.text);
    record.smiles = row_text(smiles);
  }
  if (!record.error.empty()) return;
  try {
    MoleculeRow row;
    if constexpr (AnySource::kIsSmiles) {
      row = read_row(smiles, options.featurize);
    } else {
      StandardizedMolecule read = standardize(parse_mol_block(raw.text), options.featurize.standardize);
      row.molecules.push_back(std::move(read.molecule));
      row.standardized = std::move(read.smiles);
    }
    raw.is_molecule = true;
    record.standardized = std::move(row.standardized);
    record.columns = read_columns(raw, options.featurize.columns);
    MolecularGraph graph = featurize(row.molecules, options.featurize, record.columns);
    if (options.level == Readout::kGraph) {
      read_targets(raw, rows.target_names(), options.text_targets, options.bounds, record);
    } else {
      const Molecule& molecule = row.molecules.front();
      record.things = AnySource::kIsSmiles ? things_of_smiles(raw.text, molecule, graph, options.level)
                                           : things_of_mol_block(raw.text, molecule, graph, options.level);
      read_thing_targets(raw, rows.target_names(), options.text_targets, record);
    }
    if (!options.text_targets.empty()) record.target_texts = std::move(raw.targets);
    if (!options.weight_column.empty()) record.weight = weight_of(raw.weight);
    record.graph = std::move(graph.graph);
    if (options.keep_molecules) record.molecules = std::move(row.molecules);
  } catch (const std::exception& error) {
    raw.is_no_molecule = !raw.is_molecule;
    record.error = error.what();
  }
}

MoleculeReader::MoleculeReader(const std::filesystem::path& path, MoleculeReaderOptions options)
    : impl_(std::make_unique<Impl>(path, checked(std::move(options)))) {}
MoleculeReader::~MoleculeReader() = default;
MoleculeReader::MoleculeReader(MoleculeReader&&) noexcept = default;
MoleculeReader& MoleculeReader::operator=(MoleculeReader&&) noexcept = default;

const std::vector<std::string>& MoleculeReader::target_names() const {
  return std::visit(
      [](const auto& source) -> const std::vector<std::string>& { return source.target_names(); },
      impl_->source);
}

const std::vector<std::string>& MoleculeReader::field_names() const {
  return std::visit(
      [](const auto& source) -> const std::vector<std::string>& { return source.field_names(); },
      impl_->source);
}

const std::vector<std::string>& MoleculeReader::known_names() const {
  return std::visit(
      [](const auto& source) -> const std::vector<std::string>& { return source.known_names(); },
      impl_->source);
}

std::vector<MoleculeRecord> MoleculeReader::next_chunk(std::size_t max_records) {
  if (max_records == 0) throw ConfigError("next_chunk: max_records is 0, expected at least 1");
  return std::visit([&](auto& source) { return impl_->next_chunk(source, max_records); }, impl_->source);
}

std::int64_t MoleculeReader::skip(std::int64_t records) {
  if (records <= 0) return 0;
  impl_->from_the_beginning = false;
  return std::visit([&](auto& source) { return source.skip(records); }, impl_->source);
}

MoleculePlace MoleculeReader::place() const {
  return std::visit([](const auto& source) { return source.place(); }, impl_->source);
}

void MoleculeReader::go_to(const MoleculePlace& place) {
  if (place.row.rows > 0) impl_->from_the_beginning = false;
  std::visit([&](auto& source) { source.go_to(place); }, impl_->source);
}

void MoleculeReader::keep_molecules(bool keep) {
  impl_->options.keep_molecules = keep;
}

const std::vector<std::string>& MoleculeReader::header() const {
  return std::visit([](const auto& source) -> const std::vector<std::string>& { return source.header(); },
                    impl_->source);
}

std::int64_t MoleculeReader::num_rows() const {
  return impl_->num_rows;
}
std::int64_t MoleculeReader::num_bad_rows() const {
  return impl_->num_bad_rows;
}
std::optional<double> MoleculeReader::share_read() const {
  const std::optional<double> taken = impl_->file.share_read();
  if (!taken.has_value()) return std::nullopt;
  return *taken * std::visit([](const auto& source) { return source.share_given(); }, impl_->source);
}

const std::string& MoleculeReader::first_error() const {
  return impl_->first_error;
}

}  // namespace plstm
