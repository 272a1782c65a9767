#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/loop/image_learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

// Grey images of 8 x 8 made from their number: the brighter half, upper (1) or lower (0), is the label.
ImageSource halves(std::int64_t samples) {
  ImageSource source{samples, 8, 8, 1, {}};
  source.read = [](std::int32_t sample, float* values) {
    Random random(kSeed, static_cast<std::uint64_t>(sample));
    for (int i = 0; i < 64; ++i) {
      values[i] = static_cast<float>(0.3 * random.normal() + ((i < 32) == (sample % 2 == 1) ? 0.5 : -0.5));
    }
  };
  return source;
}

// Accuracy after a few epochs on `halves`.
template <class Model>
double trained_accuracy(const Model& model) {
  constexpr std::int64_t kSamples = 96;
  const Learner learner = image_learner(model, halves(kSamples));
  Matrix<float> targets(kSamples, 1);
  for (Index i = 0; i < kSamples; ++i) targets(i, 0) = static_cast<float>(i % 2);
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(kSamples, 1);
  std::vector<std::int32_t> rows(kSamples);
  std::iota(rows.begin(), rows.end(), 0);
  const auto all = std::span<const std::int32_t>(rows);
  const TrainingData data{
      {targets.data(), kSamples, 1}, {present.data(), kSamples, 1}, all.first(64), all.last(32)};
  TrainOptions options;
  options.loss = LossKind::kBinaryCrossEntropy;
  options.metric = Metric::kAccuracy;
  options.epochs = 6;
  options.batch_size = 16;
  options.learning_rate = 1e-2;
  options.warmup_epochs = 1;
  return train(learner, initial_values<float>(model.layout, kSeed), data, options)
      .history.back()
      .validation_metric;
}

VisionModelConfig tiny_vision_model() {
  VisionModelConfig config;
  config.image_rows = config.image_cols = 8;
  config.channels = 1;
  config.patch = 4;
  config.width = 8;
  config.heads = 2;
  config.pairs = 1;
  return config;
}

VisionTransformerConfig tiny_transformer() {
  return {.image_rows = 8, .image_cols = 8, .channels = 1, .patch = 4, .width = 8, .heads = 2, .blocks = 1};
}

TEST(ImageLearner, BothModelsLearn) {
  EXPECT_GE(trained_accuracy(make_vision_model(tiny_vision_model())), 0.9);
  EXPECT_GE(trained_accuracy(make_vision_transformer(tiny_transformer())), 0.9);
}

TEST(ImageLearner, PredictsWhatTheModelSays) {
  const VisionModel model = make_vision_model(tiny_vision_model());
  const std::vector<float> parameters = initial_values<float>(model.layout, kSeed);
  const ImageSource source = halves(5);
  const std::vector<std::int32_t> samples{4, 1, 2};
  const std::vector<float> predictions = predict(image_learner(model, source), parameters, samples);
  ASSERT_EQ(predictions.size(), 3u);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::vector<float> image(64);
    source.read(samples[i], image.data());
    Tape<float> tape;
    tape.start(model.layout, parameters.data(), nullptr, {});
    const Var<float> y = forward(tape, model, tape.constant(image.data(), 1, 64), 8, 8);
    EXPECT_NEAR(predictions[i], y.value[0], 1e-5);
  }
}

TEST(ImageLearner, ComplainsAboutImagesThatDoNotFit) {
  const VisionModel model = make_vision_model(tiny_vision_model());
  ImageSource source = halves(1);
  source.channels = 3;
  EXPECT_THAT([&] { image_learner(model, source); },
              ThrowsMessage<ShapeError>("image_learner: the images have 3 channels, the model takes 1"));
  source.channels = 1;
  source.rows = 10;
  EXPECT_THROW(image_learner(model, source), ShapeError);
  source.rows = 0;
  EXPECT_THROW(image_learner(make_vision_transformer(tiny_transformer()), source), ShapeError);
}

}  // namespace
}  // namespace plstm::test
