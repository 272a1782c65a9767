#pragma once

#include <filesystem>
#include <vector>

#include <plstm/train/loop/trainer.hpp>

#include "network.hpp"
#include "options.hpp"
#include "support/stop_signal.hpp"

namespace plstm::arrow {

/// What a training has given so far.
struct StagedTraining {
  std::vector<EpochReport> history;  ///< of all stages, with the numbers of epochs of the whole training
  bool stopped = false;              ///< by a signal

  /// The number of the best epoch; 0 before the first one ended.
  std::int64_t best_epoch() const;
};

/// Trains in stages, each from the best epoch so far: images as drawn, then with turned misses. The parameters in `trained`
/// are the first ones, and those of the best epoch afterwards. With a checkpoint of each stage in the output folder. After
/// an exception `trained` and `training` are as after the last epoch that ended.
void train_in_stages(TrainedNetwork& trained, StagedTraining& training, const RunOptions& options,
                     const apps::StopSignal& stop);

/// The checkpoint files of the stages that are in the output folder.
std::vector<std::filesystem::path> checkpoints_of(const RunOptions& options);

}  // namespace plstm::arrow
