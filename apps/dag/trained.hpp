#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/learn/dags/dag_predictor.hpp>

namespace plstm::dag {

/// The models in these files and folders, ready to predict with products of the named precision, that of their training
/// if it is empty. Says on stderr what the user should know of them. Throws what DagPredictor::load throws.
DagPredictor load_predictor(const std::vector<std::filesystem::path>& paths, const std::string& precision);

}  // namespace plstm::dag
