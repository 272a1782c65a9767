#include "plstm/train/loop/image_learner.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

template <class Model>
Learner learner_of(const Model& model, ImageSource source) {
  patch_grid(source.rows, source.cols, model.config.patch);  // throws
  if (source.channels != model.config.channels) {
    throw ShapeError(fmt::format("image_learner: the images have {} channels, the model takes {}",
                                 source.channels, model.config.channels));
  }
  Learner learner;
  learner.layout = &model.layout;
  learner.outputs = model.config.outputs;
  learner.samples = source.samples;
  learner.size = [](std::int32_t) { return std::int64_t{1}; };
  const auto images = std::make_shared<const ImageSource>(std::move(source));
  learner.make_forward = [&model, images]() -> Forward {
    return [&model, images, values = std::vector<float>()](Tape<float>& tape,
                                                           std::span<const std::int32_t> samples) mutable {
      const auto count = static_cast<Index>(samples.size());
      const Index size = images->rows * images->cols * images->channels;
      values.resize(static_cast<std::size_t>(count * size));
      for (Index i = 0; i < count; ++i)
        images->read(samples[static_cast<std::size_t>(i)], values.data() + i * size);
      return forward(tape, model, tape.constant(values.data(), count, size), images->rows, images->cols);
    };
  };
  return learner;
}

}  // namespace

Learner image_learner(const VisionModel& model, ImageSource source) {
  return learner_of(model, std::move(source));
}

Learner image_learner(const VisionTransformer& model, ImageSource source) {
  return learner_of(model, std::move(source));
}

}  // namespace plstm
