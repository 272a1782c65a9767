#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
};

/// Entries offset..offset+size-1 of a flat parameter array that weight decay pulls towards zero.
struct DecayRange {
  std::size_t offset = 0;
  std::size_t size = 0;
};

/// Entries offset..offset+size-1 that learn at a rate of their own, `factor` times that of the step. With 0 they stay as
/// they are.
struct RateRange {
  std::size_t offset = 0;
  std::size_t size = 0;
  double factor = 1;

  bool operator==(const RateRange&) const = default;
};

/// What AdamW remembers between steps; all that a checkpoint has to keep.
template <class T>
struct AdamWState {
  std::vector<T> first_moment;   ///< running mean of g, one entry a parameter
  std::vector<T> second_moment;  ///< running mean of g^2
  std::int64_t num_steps = 0;
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019) on one flat array of parameters. Step t = 1,
/// 2, ... with gradient g and learning rate r:
///
///   p <- (1 - r weight_decay) p                                    entries of the decay ranges only
///   m <- beta1 m + (1 - beta1) g          v <- beta2 v + (1 - beta2) g^2
///   p <- p - r m' / (sqrt(v') + epsilon)  with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t)
template <class T>
class AdamW {
 public:
  /// Moments start at zero. Throws ConfigError unless 0 <= beta < 1, epsilon > 0 and weight_decay >= 0.
  explicit AdamW(std::size_t size, const AdamWOptions& options = {});

  /// Goes on from a checkpoint. Throws ShapeError if the moments differ in size, ConfigError for a negative
  /// number of steps or options as above.
  explicit AdamW(AdamWState<T> state, const AdamWOptions& options = {});

  /// Updates `parameters` in place, in parallel; bits do not depend on the number of threads. The ranges
  /// ascend and do not overlap; entries outside them (biases, norms) do not decay. Throws ShapeError for a
  /// wrong size or range, ConfigError for a negative or infinite learning rate or factor. Gradients are not inspected,
  /// see clip_gradient_norm. The same holds for ranges of rates; entries outside them have the factor 1.
  void step(std::span<T> parameters, std::span<const T> gradients, std::span<const DecayRange> decay_ranges,
            double learning_rate, std::span<const RateRange> rates = {});

  const AdamWState<T>& state() const noexcept { return state_; }

 private:
  AdamWState<T> state_;
  AdamWOptions options_;
};

extern template class AdamW<float>;
extern template class AdamW<double>;

}  // namespace plstm
