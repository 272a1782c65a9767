#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/matrix.hpp>

namespace plstm::mol {

/// The models in these files and folders, ready to predict with products of the named precision, that of their training
/// if `precision` is empty. Throws what MoleculePredictor::load throws, and ConfigError if this machine lacks the
/// precision.
MoleculePredictor load_predictor(const std::vector<std::filesystem::path>& paths,
                                 const std::string& precision = {});

/// The kind of the targets. Throws ConfigError if they differ in kind, which the programs do not train.
TaskType task_type(const Predictor& predictor);

/// Predictions of the chosen graphs [chosen.size(), columns].
Matrix<double> predict(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                       std::span<const std::int32_t> chosen);

}  // namespace plstm::mol
