#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/featurizer.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace CLI {
class App;
}

namespace plstm::mol {

/// --descriptors, for columns beside SMILES that are given instead of a file.
void add_descriptor_flag(CLI::App& app, InputOptions& input);

/// The numbers that stand beside all SMILES of the command line, one for each of FeaturizeOptions::columns and NaN for one
/// that is missing; empty for a file. Words such as "temperature=300" behind the first are taken out of `smiles`.
/// Throws ConfigError, beginning with the command, for a column that the model does not read or that is not given.
std::vector<double> column_arguments(std::string_view command, const InputOptions& input,
                                     const FeaturizeOptions& options, std::vector<std::string>& smiles);

}  // namespace plstm::mol
