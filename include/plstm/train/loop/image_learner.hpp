#pragma once

#include <cstdint>
#include <functional>

#include <plstm/nn/grids/vision_model.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>
#include <plstm/train/loop/learner.hpp>

namespace plstm {

/// Images of one size, wherever they come from.
struct ImageSource {
  std::int64_t samples = 0;
  Index rows = 0;
  Index cols = 0;
  Index channels = 0;  ///< C
  /// Writes the values [rows, cols, C] of a sample. Called by several threads at once.
  std::function<void(std::int32_t sample, float* values)> read;
};

/// Images, one sample each, for training and prediction; the model must outlive the learner. Each image is
/// asked for whenever it is needed, so that images made on the fly need no memory. Throws ShapeError if the
/// model cannot take images of this size or number of channels.
Learner image_learner(const VisionModel& model, ImageSource source);
Learner image_learner(const VisionTransformer& model, ImageSource source);

}  // namespace plstm
