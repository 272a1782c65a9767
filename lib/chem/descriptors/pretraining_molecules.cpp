#include "plstm/chem/descriptors/pretraining_molecules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/chem/descriptors/descriptors.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/pretraining/pretraining_set.hpp>

namespace plstm {
namespace {

constexpr std::size_t kPiece = 2048;  // rows of which only the SMILES are asked

// Some molecules with their descriptors.
struct Piece {
  std::vector<AttributedGraph> graphs;
  std::vector<float> values;
};

enum class Fate : std::uint8_t { kKept, kBad, kLeftOut, kTooLarge };

class Source {
 public:
  Source(const std::filesystem::path& input, const PretrainingMoleculesOptions& options)
      : options_(options), reader_(input, reading_options(options)) {}

  // Absent at the end of the file. Rows up to `known` are read past.
  std::optional<Piece> next(std::int64_t known) {
    for (;;) {
      std::vector<MoleculeRecord> records =
          reader_.next_chunk(static_cast<std::size_t>(std::max<std::int64_t>(1, options_.rows_at_a_time)));
      if (records.empty()) return std::nullopt;
      const auto old = std::ranges::find_if(records, [&](const auto& record) { return record.row > known; });
      records.erase(records.begin(), old);
      if (!records.empty()) return describe(records);
    }
  }

  std::int64_t rows_read() const { return reader_.num_rows(); }
  std::optional<double> share_read() const { return reader_.share_read(); }
  PretrainingMolecules counts() const {
    PretrainingMolecules counts = counts_;
    counts.rows = reader_.num_rows();
    return counts;
  }

 private:
  static MoleculeReaderOptions reading_options(const PretrainingMoleculesOptions& options) {
    MoleculeReaderOptions reading = options.reading;
    reading.keep_molecules = true;
    reading.target_columns.emplace();  // no values are read
    reading.featurize = FeaturizeOptions{};
    return reading;
  }

  Piece describe(std::vector<MoleculeRecord>& records) {
    const std::size_t columns = descriptor_names().size();
    std::vector<Fate> fates(records.size());
    std::vector<std::vector<float>> rows(records.size());
    std::vector<std::string> errors(records.size());
    parallel_for(records.size(), 1,
                 [&](std::size_t i) { fates[i] = describe_one(records[i], rows[i], errors[i]); });
    Piece piece;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (fates[i] == Fate::kBad && counts_.first_error.empty()) {
        counts_.first_error = fmt::format("row {} (line {}): {}", records[i].row, records[i].line, errors[i]);
      }
      counts_.bad += fates[i] == Fate::kBad ? 1 : 0;
      counts_.left_out += fates[i] == Fate::kLeftOut ? 1 : 0;
      counts_.too_large += fates[i] == Fate::kTooLarge ? 1 : 0;
      if (fates[i] != Fate::kKept) continue;
      piece.graphs.push_back(std::move(records[i].graph));
      piece.values.insert(piece.values.end(), rows[i].begin(),
                          rows[i].begin() + static_cast<std::ptrdiff_t>(columns));
    }
    return piece;
  }

  Fate describe_one(const MoleculeRecord& record, std::vector<float>& row, std::string& error) const {
    error = record.error;
    if (!error.empty()) return Fate::kBad;
    if (record.molecules.front().num_atoms() > kMostDescriptorAtoms) return Fate::kTooLarge;
    if (!options_.left_out.empty() &&
        options_.left_out.contains(canonical_smiles(record.molecules.front()))) {
      return Fate::kLeftOut;
    }
    try {
      row = descriptors(record.molecules.front());
    } catch (const MoleculeError& reason) {
      error = reason.what();
      return Fate::kBad;
    }
    return Fate::kKept;
  }

  const PretrainingMoleculesOptions& options_;
  MoleculeReader reader_;
  PretrainingMolecules counts_;
};

PretrainingHeader empty_header() {
  PretrainingHeader header;
  header.target_names.assign(descriptor_names().begin(), descriptor_names().end());
  header.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  header.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  header.featurizer = featurizer_json({});
  return header;
}

}  // namespace

PretrainingMolecules write_pretraining_molecules(const std::filesystem::path& input,
                                                 const std::filesystem::path& output,
                                                 const PretrainingMoleculesOptions& options) {
  Source source(input, options);
  std::optional<PretrainingWriter> writer;
  if (options.resume) {
    const PretrainingHeader header = read_unfinished_header(output);
    if (header.source != options.source) {
      throw FileError(
          fmt::format("{}.unfinished: was made from other molecules or other molecules were left out; remove "
                      "it, or go on with those that it had",
                      output.string()));
    }
    writer.emplace(output, header, true);
  }
  const std::int64_t known = writer.has_value() ? writer->rows_read() : 0;
  const std::int64_t kept_before = writer.has_value() ? writer->num_graphs() : 0;
  Piece held;  // until mean and deviation are known
  const auto begin_set = [&] {
    PretrainingHeader header = empty_header();
    header.source = options.source;
    measure_targets(held.values, header);
    writer.emplace(output, header);
    writer->add(held.graphs, held.values, source.rows_read());
    held = Piece{};
  };
  bool stopped = false;
  std::int64_t kept = kept_before;
  while (!(stopped = options.stop && options.stop())) {
    std::optional<Piece> piece = source.next(known);
    if (!piece.has_value()) break;
    kept += std::ssize(piece->graphs);
    if (writer.has_value()) {
      writer->add(piece->graphs, piece->values, source.rows_read());
    } else {
      std::ranges::move(piece->graphs, std::back_inserter(held.graphs));
      held.values.insert(held.values.end(), piece->values.begin(), piece->values.end());
      if (std::ssize(held.graphs) >= options.measured) begin_set();
    }
    if (options.on_progress) options.on_progress(source.rows_read(), kept, source.share_read());
  }
  PretrainingMolecules counts = source.counts();
  counts.kept = kept;
  counts.finished = !stopped;
  if (stopped) return counts;
  if (!writer.has_value()) {
    if (held.graphs.empty()) {
      throw FileError(
          fmt::format("{}: has no molecule to learn from: {} rows cannot be read, {} are left out, {} are "
                      "too large",
                      input.string(), counts.bad, counts.left_out, counts.too_large));
    }
    begin_set();
  }
  writer->finish();
  return counts;
}

std::unordered_set<std::string> canonical_smiles_of_file(const std::filesystem::path& path,
                                                         const MoleculeReaderOptions& options) {
  MoleculeReaderOptions reading = options;
  reading.keep_molecules = true;
  reading.target_columns.emplace();
  MoleculeReader reader(path, reading);
  std::unordered_set<std::string> found;
  for (;;) {
    const std::vector<MoleculeRecord> records = reader.next_chunk(kPiece);
    if (records.empty()) return found;
    std::vector<std::string> texts(records.size());
    parallel_for(records.size(), 1, [&](std::size_t i) {
      if (!records[i].molecules.empty()) texts[i] = canonical_smiles(records[i].molecules.front());
    });
    for (std::string& text : texts) {
      if (!text.empty()) found.insert(std::move(text));
    }
  }
}

}  // namespace plstm
