#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/learn/report/prediction_cells.hpp>

#include "support/results/model_flags.hpp"

namespace plstm::mol {

using apps::add_model_paths;
using apps::add_running_flags;
using apps::check_output;

/// The models in these files and folders, ready to predict with products of the named precision, that of their training
/// if `precision` is empty. Says on stderr what the user should know of them. Throws what MoleculePredictor::load
/// throws, and ConfigError if this machine lacks the precision.
MoleculePredictor load_predictor(const std::vector<std::filesystem::path>& paths,
                                 const std::string& precision = {});

}  // namespace plstm::mol
