#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/data/labels.hpp>

namespace CLI {
class App;
}

namespace plstm::mol {

/// Adds --model-paths, whose values are separated by commas or blanks, with `more` to say after them in the help.
void add_model_paths(CLI::App& app, std::vector<std::filesystem::path>& paths, const std::string& more = "");

/// Adds --precision and --threads of a command that applies a model, in the group Running.
void add_running_flags(CLI::App& app, std::string& precision, int& threads);

/// The models in these files and folders, ready to predict with products of the named precision, that of their training
/// if `precision` is empty. Says on stderr what the user should know of them. Throws what MoleculePredictor::load
/// throws, and ConfigError if this machine lacks the precision.
MoleculePredictor load_predictor(const std::vector<std::filesystem::path>& paths,
                                 const std::string& precision = {});

/// [tasks] The labels that the model knows; absent for numbers.
std::vector<std::optional<LabelMap>> labels_of(const Predictor& predictor);

/// Predictions of the chosen graphs [chosen.size(), columns].
Matrix<double> predict(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                       std::span<const std::int32_t> chosen);

/// Throws ConfigError if the output is one of the inputs, or of the files of a run that is an input: it would be
/// destroyed. Throws FileError for a folder without a run.
void check_output(const std::filesystem::path& output, std::span<const std::filesystem::path> inputs);

}  // namespace plstm::mol
