#pragma once

#include <memory>
#include <vector>

#include <plstm/learn/recipe.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/objectives/task.hpp>

#include "run_options.hpp"
#include "training_run.hpp"

namespace plstm::mol {

/// The model to start from, null for none; a run gives its first model. Sets the features of the options as this model
/// and the user want them. Throws FileError for a file that is no model.
std::shared_ptr<const TrainedModel> load_start(RunOptions& options);

/// The library's recipe with what the command line says. The options must outlive it.
Recipe make_recipe(const RunOptions& options, const std::vector<Task>& tasks,
                   const std::shared_ptr<const TrainedModel>& start);

/// What the recipe says for this data.
Settings settings_for(const TrainingInput& input, const Recipe& recipe);

}  // namespace plstm::mol
