#include "options.hpp"

#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/data/arrow.hpp>

namespace plstm::arrow {

RunOptions default_run_options() {
  RunOptions options;
  TrainOptions& t = options.training;
  t.loss = LossKind::kBinaryCrossEntropy;
  t.metric = Metric::kAccuracy;
  t.epochs = 3;
  t.batch_size = 64;
  t.learning_rate = 5e-4;
  t.warmup_epochs = 0.05;
  t.average_epochs = 0.05;
  t.adamw.weight_decay = 0.05;
  return options;
}

void add_run_flags(CLI::App& app, RunOptions& o) {
  NetworkOptions& n = o.network;
  TrainOptions& t = o.training;
  app.add_option("--size", n.size, "rows and columns of the training images")->capture_default_str();
  app.add_option("--patch", n.patch, "side of a patch in pixels; each patch becomes one vector")
      ->capture_default_str();
  app.add_option("--hidden-dim", n.width, "width D")->capture_default_str();
  app.add_option("--heads", n.heads, "heads H")->capture_default_str();
  app.add_option("--blocks", n.blocks, "layers that mix positions: P and D blocks, or attention")
      ->capture_default_str();
  app.add_option("--dropout", n.dropout, "dropout on the output of each branch")->capture_default_str();
  app.add_option("--drop-path", n.drop_path,
                 "probability of dropping a whole branch in the last block; less in earlier ones")
      ->capture_default_str();
  app.add_option("--gate-bias", n.gate_bias,
                 "pLSTM: first value of the biases of source, mark and direct gates")
      ->capture_default_str();
  app.add_option("--gate-bias-std", n.gate_bias_std,
                 "pLSTM: standard deviation of the first biases of source and mark gates, so that the four "
                 "orientations differ")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--gate-weight-std", n.gate_weight_std,
                 "pLSTM: standard deviation of the first weights of source, mark and direct gates")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--angle-weight-std", n.angle_weight_std,
                 "pLSTM, P-mode: the same for the angles, whose arguments are divided by twice the width")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--gate-weights,!--no-gate-weights", n.gate_weights,
               "pLSTM: source, mark and direct gates read the patch (default), or are learned constants");
  app.add_option(
         "--sub-heads", n.sub_heads,
         "pLSTM: blocks of query, key and value (1: each head reads all of a patch; 0: as many as heads)")
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--pooling",
         [&n](const std::string& text) { n.pooling = parse_named(kGridPoolingNames, "pooling", text); },
         "pLSTM: how the grid is pooled (default: corners)")
      ->check(CLI::IsMember(names_of(kGridPoolingNames)));
  app.add_option("--images", o.images, "number of training images")->capture_default_str();
  app.add_option("--validation-images", o.validation_images,
                 "number of validation images, which choose the epoch")
      ->capture_default_str();
  app.add_option("--test-images", o.test_images, "number of test images at each size")->capture_default_str();
  app.add_option("--test-factors", o.factors, "sizes of test images, in units of the training size")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--data-seed", o.data_seed, "seed of the images")->capture_default_str();
  app.add_option("--epochs", t.epochs, "passes over the training images as drawn")->capture_default_str();
  app.add_option(
         "--turned-epochs", o.turned_epochs,
         "passes after these, in which more of the misses have their circle straight behind the arrow, so "
         "that the network learns its two ends; validation and test images stay as drawn")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--turned-percent", o.turned_percent, "percentage of such misses in those passes")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--turned-lr", o.turned_learning_rate, "learning rate of those passes after warm-up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch-size", t.batch_size, "images per step")->capture_default_str();
  app.add_option("--shard-size", t.shard_size, "images that one task computes together")
      ->capture_default_str();
  app.add_option("--seed", t.seed, "seed of first values, batches and dropout")->capture_default_str();
  app.add_option("--max-lr", t.learning_rate, "learning rate of the first passes after warm-up")
      ->capture_default_str();
  app.add_option("--warmup-epochs", t.warmup_epochs, "epochs of rising learning rate")->capture_default_str();
  app.add_option("--weight-decay", t.adamw.weight_decay, "AdamW's decoupled decay")->capture_default_str();
  app.add_option("--average-epochs", t.average_epochs,
                 "number of epochs over which parameters are averaged (0: no average)")
      ->capture_default_str();
  app.add_option("--grad-clip", t.clip_norm, "largest norm of a gradient")->capture_default_str();
  app.add_option_function<std::string>(
         "--precision", [&t](const std::string& text) { t.precision = parse_precision(text); },
         "precision of products: float (default), or bfloat16, which is faster with AMX or AVX-512 BF16")
      ->check(CLI::IsMember({"float", "bfloat16"}));
  apps::add_resume_flags(app, o.resume);
}

void check_run_options(const RunOptions& o) {
  check_precision(o.training.precision);
  constexpr std::int64_t kMost = 100'000'000;
  if (o.images < 1 || o.images > kMost) {
    throw ConfigError(fmt::format("--images is {}, expected 1..{}", o.images, kMost));
  }
  if (o.validation_images < 1 || o.validation_images > kMost - o.images) {
    throw ConfigError(
        fmt::format("--validation-images is {}, expected 1 or more, and no more than 100000000 with --images",
                    o.validation_images));
  }
  if (o.test_images < 1 || o.test_images > 100'000'000) {
    throw ConfigError(fmt::format("--test-images is {}, expected 1..100000000", o.test_images));
  }
  if (o.training.epochs < 0) {
    throw ConfigError(fmt::format("--epochs is {}, expected 0 or more", o.training.epochs));
  }
  if (o.turned_epochs < 0) {
    throw ConfigError(fmt::format("--turned-epochs is {}, expected 0 or more", o.turned_epochs));
  }
  if (!(o.turned_learning_rate > 0)) {
    throw ConfigError(fmt::format("--turned-lr is {}, expected more than 0", o.turned_learning_rate));
  }
  check_arrow_options({o.network.size, o.network.size, o.turned_percent});
  check_image_size(make_network(o.network), o.network.size);
  for (const std::int32_t factor : o.factors) {
    if (factor < 1 || factor > 1024 / o.network.size) {
      throw ConfigError(fmt::format("--test-factors: {} is not in 1..{}: images have at most 1024 rows",
                                    factor, 1024 / o.network.size));
    }
  }
}

}  // namespace plstm::arrow
