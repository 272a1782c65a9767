#pragma once

#include <string>

#include <plstm/learn/recipe.hpp>

#include "run_options.hpp"
#include "training_data.hpp"

namespace plstm::dag {

/// The library's recipe with what the command line says. The options must outlive it.
Recipe make_recipe(const RunOptions& options, const LearningData& data);

/// What the recipe says for this data.
Settings settings_for(const LearningData& data, const Recipe& recipe);

/// What the network is called beside the baselines: "pLSTM", or the name of another one.
std::string network_name(const RunOptions& options);

}  // namespace plstm::dag
