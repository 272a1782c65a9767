#pragma once

#include "mol/train/training_run.hpp"

namespace plstm::mol {

/// Runs the trainings of input.data.protocol one after the other and makes them the run of the folder, which is
/// input.options.output_dir: a folder for each training (fold_1, or replicate_1/fold_1) as train_and_test() writes it;
/// cross_validation.csv and cross_validation.json with the scores; cv_predictions.csv with what each training said of
/// its test rows; config.json, splits.json, report.html and manifest.json. All of it replaces the former run in the end.
/// What is finished before waits in a folder of its own (UnfinishedParts), so that --resume goes on after it. Throws as
/// run_training() does.
RunResult cross_validate(TrainingInput& input, apps::OutputFolder& folder, apps::StopSignal& stop);

}  // namespace plstm::mol
