#include "predict_smiles.hpp"

#include <span>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/core/error.hpp>

#include "column_arguments.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

void read_molecules(std::span<const std::string> smiles, const FeaturizeOptions& options,
                    const std::vector<double>& columns, MoleculeRecord& record) {
  record.columns = columns;
  MoleculeRow row = read_row(smiles, options);
  record.molecules = std::move(row.molecules);
  record.standardized = std::move(row.standardized);
}

// read(smiles, record) reads the SMILES of a row.
template <class Read>
std::vector<MoleculeRecord> read_arguments(std::span<const std::string> smiles,
                                           const FeaturizeOptions& options, bool strict, const Read& read) {
  const std::size_t width = options.num_molecules();
  if (smiles.size() % width != 0) {
    throw ConfigError(fmt::format("{} SMILES are given, and a row of the model has {} ({})", smiles.size(),
                                  width, fmt::join(options.molecules, ", ")));
  }
  std::vector<MoleculeRecord> records(smiles.size() / width);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::span<const std::string> own = smiles.subspan(i * width, width);
    records[i].row = static_cast<std::int64_t>(i) + 1;
    records[i].smiles = row_text(own);
    try {
      read(own, records[i]);
    } catch (const Error& error) {
      if (strict) throw MoleculeError(fmt::format("argument {}: {}", i * width + 1, error.what()));
      records[i].error = error.what();
    }
  }
  return records;
}

}  // namespace

void add_molecule_flags(CLI::App& app, InputOptions& input, std::vector<std::string>& smiles,
                        std::vector<fs::path>& models, const std::string& verb,
                        std::vector<fs::path>* inputs) {
  app.option_defaults()->group("Input");
  constexpr const char* kFlags = "-i,--data-path,--test-path";
  if (inputs == nullptr) {
    app.add_option(kFlags, input.path,
                   "CSV, TSV, SMI or SD file, perhaps compressed (.gz); - is standard input");
  } else {
    app.add_option(
           kFlags, *inputs,
           "CSV, TSV, SMI or SD files, perhaps compressed (.gz); - is standard input. Several need the "
           "same columns, and their rows are counted through")
        ->type_name("PATH ...");
  }
  add_input_options(app, input, false);
  app.add_option(
      "smiles", smiles,
      "SMILES to " + verb + " instead of a file; of a model of several molecules a row, row after row");
  add_descriptor_flag(app, input);
  app.option_defaults()->group("Model");
  add_model_paths(app, models, "; what is no file or folder of that name is a SMILES");
}

std::vector<MoleculeRecord> records_of(const std::vector<std::string>& smiles,
                                       const std::vector<double>& columns, const FeaturizeOptions& options,
                                       bool strict, Readout level) {
  return read_arguments(
      smiles, options, strict, [&](std::span<const std::string> row, MoleculeRecord& record) {
        read_molecules(row, options, columns, record);
        MolecularGraph graph = featurize(record.molecules, options, columns);
        if (level != Readout::kGraph) {
          record.things = things_of_smiles(record.smiles, record.molecules.front(), graph, level);
        }
        record.graph = std::move(graph.graph);
      });
}

std::vector<MoleculeRecord> molecule_records_of(const std::vector<std::string>& smiles,
                                                const std::vector<double>& columns,
                                                const FeaturizeOptions& options, bool strict) {
  return read_arguments(smiles, options, strict,
                        [&](std::span<const std::string> row, MoleculeRecord& record) {
                          read_molecules(row, options, columns, record);
                        });
}

void sort_arguments(std::string_view command, const fs::path& input, std::vector<std::string>& smiles,
                    std::vector<fs::path>& models) {
  std::erase_if(smiles, [&](const std::string& text) {
    std::error_code none;
    // No SMILES ends like that, so the name of a file that is not there is a mistake, too.
    const bool is_model = fs::is_directory(text, none) || fs::path(text).extension() == ".safetensors";
    if (is_model) models.emplace_back(text);
    return is_model;
  });
  if (!input.empty() && !smiles.empty()) {
    throw ConfigError(fmt::format("{}: '{}' is no model, and a SMILES cannot stand beside --data-path",
                                  command, smiles.front()));
  }
  if (input.empty() && smiles.empty()) {
    throw ConfigError(fmt::format("{}: give either a file with --data-path or SMILES as arguments", command));
  }
}

}  // namespace plstm::mol
