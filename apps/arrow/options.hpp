#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/train/loop/trainer.hpp>

#include "network.hpp"

namespace CLI {
class App;
}

namespace plstm::arrow {

/// Everything a training run depends on; written to config.json.
struct RunOptions {
  std::filesystem::path output_dir;
  NetworkOptions network;
  std::int64_t images = 900000;
  /// Training has two parts: training.epochs with images as drawn, then turned_epochs in which so many of a
  /// hundred misses are turned round (ArrowOptions), with a learning rate schedule of their own.
  std::int64_t turned_epochs = 1;
  std::int32_t turned_percent = 50;
  double turned_learning_rate = 1e-3;
  std::int64_t validation_images = 4000;
  std::int64_t test_images = 2048;             ///< at each size
  std::vector<std::int32_t> factors{1, 2, 4};  ///< test sizes, in units of the training size
  std::uint64_t data_seed = 0;                 ///< of the images
  std::filesystem::path start;  ///< run or model file whose parameters come first; empty: drawn from the seed
  TrainOptions training;
  int threads = 0;
  bool quiet = false;
};

/// The settings of a run that fits two cores.
RunOptions default_run_options();

/// All flags of a run but its model, folder, threads and how much it says.
void add_run_flags(CLI::App& app, RunOptions& options);

/// Throws ConfigError for images that cannot be drawn at a test size or cut into patches, before any work.
void check_run_options(const RunOptions& options);

}  // namespace plstm::arrow
