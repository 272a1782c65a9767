// Training epochs of the vision model, and of a transformer of the same size for comparison.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/loop/image_learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "section.hpp"
#include "support/measure/vision_multiply_adds.hpp"

namespace plstm::perf {
namespace {

constexpr Index kSide = 64;  // pixels

// Images of noise, all with the same values, as the amount of work does not depend on the values.
ImageSource noise(std::int64_t samples) {
  Random random(1);
  std::vector<float> pixels(kSide * kSide);
  for (float& pixel : pixels) pixel = static_cast<float>(random.normal());
  return {samples, kSide, kSide, 1,
          [pixels](std::int32_t, float* values) { std::ranges::copy(pixels, values); }};
}

VisionModelConfig vision_config(const Context& context) {
  VisionModelConfig config;
  config.image_rows = config.image_cols = kSide;
  config.channels = 1;
  config.patch = 8;
  config.width = 64;
  config.heads = 4;
  config.pairs = context.by_scale(6, 6, 1);
  return config;
}

VisionTransformerConfig transformer_config(const Context& context) {
  VisionTransformerConfig config;
  config.image_rows = config.image_cols = kSide;
  config.channels = 1;
  config.patch = 8;
  config.width = 64;
  config.heads = 4;
  config.blocks = context.by_scale(12, 12, 2);
  return config;
}

// Images per second of the fastest epoch.
template <class Model>
double best_epoch(const Model& model, std::int64_t images, std::int64_t epochs) {
  const std::vector<float> targets(static_cast<std::size_t>(images), 1.0f);
  const std::vector<std::uint8_t> present(static_cast<std::size_t>(images), 1);
  std::vector<std::int32_t> rows(static_cast<std::size_t>(images));
  std::iota(rows.begin(), rows.end(), 0);
  const TrainingData data{{targets.data(), images, 1}, {present.data(), images, 1}, rows, {}};
  TrainOptions options;
  options.loss = LossKind::kBinaryCrossEntropy;
  options.metric = Metric::kAccuracy;
  options.epochs = epochs;
  const TrainResult result =
      train(image_learner(model, noise(images)), initial_values<float>(model.layout, 1), data, options);
  return std::ranges::max_element(result.history, {}, &EpochReport::samples_per_second)->samples_per_second;
}

void run_vision(const Context& context, Report& report) {
  const VisionModel model = make_vision_model(vision_config(context));
  const VisionTransformer transformer = make_vision_transformer(transformer_config(context));
  const auto images = context.by_scale<std::int64_t>(2048, 512, 16);
  const auto epochs = context.by_scale<std::int64_t>(5, 4, 1);
  const double multiply_adds = 3 * bench::forward_multiply_adds(model, kSide, kSide);
  const double transformer_multiply_adds = 3 * bench::forward_multiply_adds(transformer, kSide, kSide);
  const double rate = best_epoch(model, images, epochs);
  const double transformer_rate = best_epoch(transformer, images, epochs);
  const ThreadLimit one(1);
  const double rate_one = best_epoch(model, images, context.by_scale<std::int64_t>(3, 2, 1));

  report.add("vision.images", static_cast<double>(images));
  report.add("vision.multiply_adds_per_image", multiply_adds);
  report.add("vision.images_per_s", rate);
  report.add("vision.peak_share", rate * multiply_adds / context.peaks.product);
  report.add("vision.images_per_s_1_thread", rate_one);
  report.add("vision.peak_share_1_thread", rate_one * multiply_adds / context.peaks_one_thread.product);
  report.add("vision.thread_speedup", rate / rate_one);
  report.add("vision.transformer_multiply_adds_per_image", transformer_multiply_adds);
  report.add("vision.transformer_images_per_s", transformer_rate);
  report.add("vision.transformer_peak_share",
             transformer_rate * transformer_multiply_adds / context.peaks.product);
}

}  // namespace

Section vision_section() {
  return {
      "vision",
      "epochs of train() with the vision model: 64 x 64 pixels, patches of 8 x 8, D = 64, H = 4, six PD "
      "pairs; the "
      "transformer: twelve blocks of the same width; the best epoch counts",
      {{"vision.images", "images", "in an epoch"},
       {"vision.multiply_adds_per_image", "multiply-adds", "three times those of a forward pass"},
       {"vision.images_per_s", "images/s", "all threads"},
       {"vision.peak_share", "1", "multiply-adds/s over machine.product_peak"},
       {"vision.images_per_s_1_thread", "images/s", "one thread"},
       {"vision.peak_share_1_thread", "1", "the same over machine.product_peak_1_thread"},
       {"vision.thread_speedup", "1", "all threads over one"},
       {"vision.transformer_multiply_adds_per_image", "multiply-adds", "three times those of a forward pass"},
       {"vision.transformer_images_per_s", "images/s", "all threads"},
       {"vision.transformer_peak_share", "1", "multiply-adds/s over machine.product_peak"}},
      false,
      run_vision};
}

}  // namespace plstm::perf
