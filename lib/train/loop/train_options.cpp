#include "plstm/train/loop/train_options.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <plstm/core/error.hpp>
#include <plstm/core/precision.hpp>

namespace plstm {

namespace {

constexpr std::int64_t kMostOfACount = std::numeric_limits<std::int32_t>::max();

}  // namespace

void check_options(const TrainOptions& o) {
  const auto require = [](bool condition, const char* setting) {
    if (!condition) throw ConfigError(std::string("training: ") + setting);
  };
  require(o.epochs >= 1, "epochs must be at least 1");
  require(o.batch_size >= 1, "batch_size must be at least 1");
  require(o.shard_size >= 1, "shard_size must be at least 1");
  // Sums and products of these numbers are counted in 64 bits.
  require(o.epochs <= kMostOfACount, "epochs must be at most 2147483647");
  require(o.batch_size <= kMostOfACount, "batch_size must be at most 2147483647");
  require(o.shard_size <= kMostOfACount, "shard_size must be at most 2147483647");
  require(o.learning_rate > 0 && std::isfinite(o.learning_rate), "learning_rate must be positive");
  require(o.warmup_epochs >= 0 && std::isfinite(o.warmup_epochs), "warmup_epochs must not be negative");
  require(o.average_epochs >= 0 && std::isfinite(o.average_epochs), "average_epochs must not be negative");
  require(o.patience >= 0, "patience must not be negative");
  check_precision(o.precision);
}

}  // namespace plstm
