#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/reader.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace CLI {
class App;
}

namespace plstm::mol {

/// Adds what is read, in the group Input: a file or SMILES; and the models, in the group Model. `verb` says in the help what
/// is done with the molecules. With `inputs` there may be several files, which come there instead of in `input`.
void add_molecule_flags(CLI::App& app, InputOptions& input, std::vector<std::string>& smiles,
                        std::vector<std::filesystem::path>& models, const std::string& verb,
                        std::vector<std::filesystem::path>* inputs = nullptr);

/// SMILES from the command line as the records that a file would give, with their molecules, and with their atoms or
/// bonds at such a level. All have the same numbers beside them (column_arguments). With `strict` the first bad one is
/// thrown.
std::vector<MoleculeRecord> records_of(const std::vector<std::string>& smiles,
                                       const std::vector<double>& columns, const FeaturizeOptions& options,
                                       bool strict, Readout level = Readout::kGraph);

/// The same without graphs; of the options only the steps of standardising are read.
std::vector<MoleculeRecord> molecule_records_of(const std::vector<std::string>& smiles,
                                                const std::vector<double>& columns,
                                                const FeaturizeOptions& options, bool strict);

/// What stands behind --model-paths is a model if there is one of this name, and otherwise a SMILES: moves the models
/// among the SMILES to the models. Throws ConfigError, beginning with the command, unless there is either a file or
/// SMILES.
void sort_arguments(std::string_view command, const std::filesystem::path& input,
                    std::vector<std::string>& smiles, std::vector<std::filesystem::path>& models);

}  // namespace plstm::mol
