#include "plstm/train/loop/early_stopping.hpp"

#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

EarlyStopping::EarlyStopping(Direction direction, std::int64_t patience, EarlyStoppingState state)
    : direction_(direction), patience_(patience), state_(state) {
  if (patience < 0) {
    throw ConfigError(
        fmt::format("EarlyStopping: patience is {}, expected 0 (never stop) or more", patience));
  }
}

bool EarlyStopping::observe(double value, double loss) {
  const std::int64_t epoch = state_.num_epochs++;
  const bool equal = value == state_.best_value || (std::isnan(value) && std::isnan(state_.best_value));
  const bool equal_at_lower_loss = equal && better(Direction::kLowerIsBetter, loss, state_.best_loss);
  if (!better(direction_, value, state_.best_value) && !equal_at_lower_loss) return false;
  state_.best_epoch = epoch;
  state_.best_value = value;
  state_.best_loss = loss;
  return true;
}

bool EarlyStopping::should_stop() const noexcept {
  const std::int64_t last_good = state_.best_epoch.value_or(-1);
  return patience_ > 0 && state_.num_epochs - 1 - last_good >= patience_;
}

}  // namespace plstm
