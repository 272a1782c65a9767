#pragma once

#include "dag/train/training_run.hpp"

namespace plstm::dag {

/// Runs the trainings of the division one after the other and makes them the run of the folder, which is
/// input.options.output_dir (apps::train_series). Each learns its features from its own training part, so that nothing
/// that is tested has a part in them. Throws as run_training() does.
RunResult cross_validate(TrainingInput& input, apps::OutputFolder& folder, apps::StopSignal& stop);

}  // namespace plstm::dag
