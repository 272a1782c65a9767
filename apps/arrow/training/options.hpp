#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/train/loop/trainer.hpp>

#include "network.hpp"
#include "support/resume.hpp"

namespace CLI {
class App;
}

namespace plstm::arrow {

/// Everything that decides the result of a training run, written to config.json, and how it is run.
struct RunOptions {
  std::filesystem::path output_dir;
  NetworkOptions network;
  std::int64_t images = 900000;
  /// Training has two parts. The first has training.epochs epochs with images as drawn. The second has turned_epochs
  /// epochs in which so many of a hundred misses are turned round (ArrowOptions), with its own learning rate schedule.
  std::int64_t turned_epochs = 1;
  std::int32_t turned_percent = 50;
  double turned_learning_rate = 1e-3;
  std::int64_t validation_images = 4000;
  std::int64_t test_images = 2048;             ///< number at each size
  std::vector<std::int32_t> factors{1, 2, 4};  ///< test sizes, in units of the training size
  std::uint64_t data_seed = 0;                 ///< seed of the images
  std::filesystem::path start;  ///< run or model file with the first parameters; empty: drawn from the seed
  TrainOptions training;
  apps::ResumeOptions resume;
  int threads = 0;
  bool quiet = false;
};

/// Default settings, for a run on two cores.
RunOptions default_run_options();

/// Adds the flags of a run, except model, folder, threads and verbosity.
void add_run_flags(CLI::App& app, RunOptions& options);

/// Throws ConfigError if images cannot be drawn at a test size or cut into patches. Called before any work.
void check_run_options(const RunOptions& options);

}  // namespace plstm::arrow
