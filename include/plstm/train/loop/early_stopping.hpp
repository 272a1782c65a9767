#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

/// What early stopping remembers; all that a checkpoint has to keep.
struct EarlyStoppingState {
  std::int64_t num_epochs = 0;             ///< observed so far
  std::optional<std::int64_t> best_epoch;  ///< absent until a value or a loss other than NaN came
  double best_value = std::numeric_limits<double>::quiet_NaN();
  double best_loss = std::numeric_limits<double>::quiet_NaN();
};

/// Keeps the best epoch of a validation value and says when `patience` epochs in a row did not beat it.
class EarlyStopping {
 public:
  /// patience = 0 never stops. Throws ConfigError if patience is negative.
  EarlyStopping(Direction direction, std::int64_t patience, EarlyStoppingState state = {});

  /// Takes the value of the next epoch (0, 1, ...); true if it is the best so far, strictly. Of equal values, which
  /// are common for accuracies, the one with the strictly lower loss is better. NaN is an undefined value: it is worse
  /// than any number, and as long as no other value came, the loss alone decides.
  bool observe(double value, double loss = std::numeric_limits<double>::quiet_NaN());

  bool should_stop() const noexcept;

  const EarlyStoppingState& state() const noexcept { return state_; }

 private:
  Direction direction_;
  std::int64_t patience_;
  EarlyStoppingState state_;
};

}  // namespace plstm
