#pragma once

#include <filesystem>
#include <string>

#include <plstm/nn/sequences/language_model.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/resume.hpp"
#include "text_data.hpp"
#include "text_sampler.hpp"

namespace plstm::sequence {

/// What the command line says about a language model.
struct TextOptions {
  std::filesystem::path input;
  std::filesystem::path model;  ///< to generate from, instead of training
  std::filesystem::path output_dir = "text-model";
  TextSplit split;
  SampleOptions sample;
  LanguageModelConfig config;
  TrainOptions train;
  std::string block = "pre_up", eigenvalues = "tanh", norm = "exponential_orthogonalization";
  Index state = 1;
  apps::ResumeOptions resume;
  int threads = 0;

  TextOptions() {
    config.width = 96;
    config.gate_weights = true;
    config.sub_head_width = 0;
    train.loss = LossKind::kCrossEntropy;
    train.metric = Metric::kAccuracy;
    train.epochs = 10;
    train.batch_size = 32;
    train.learning_rate = 3e-3;
    train.warmup_epochs = 0.5;
  }
};

/// Trains on the text and fills the output folder at the end: model.safetensors, metrics.csv, sample.txt and the manifest
/// of the run. Until then the folder holds a checkpoint. With --resume a run that is finished already is left as it is.
/// After a signal it throws Stopped; then the folder also holds the best model so far and
/// metrics.csv, where an epoch has ended. A training that fails leaves its best model, too.
void train_text(const TextOptions& options);

}  // namespace plstm::sequence
