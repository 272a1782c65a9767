#pragma once

#include <cstddef>
#include <span>

#include <plstm/train/baselines/tanimoto_ridge.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// A model of the graphs' counts beside networks that read the graphs: few labels teach it more than a network. What is
/// predicted is the mean (1 - share) network + share companion.
struct Companion {
  /// Of outputs as networks have them: a task of regression in standardised units, one of classification as the logit.
  /// It may have as many outputs again: the absolute error that is expected of the mean, in standardised units. These
  /// outputs mean nothing for tasks that are not of regression.
  TanimotoRidge ridge;
  double share = 0;  ///< 0 to 1

  bool operator==(const Companion&) const = default;
};

/// Whether the companion of so many tasks says how large errors are.
inline bool expects_errors(const Companion& companion, std::size_t tasks) {
  return static_cast<std::size_t>(companion.ridge.num_tasks()) == 2 * tasks;
}

/// Throws ConfigError unless the share is one, there are as many tasks or twice as many, and none of them is multiclass;
/// and what check_tanimoto_ridge throws.
void check_companion(const Companion& companion, std::span<const Task> tasks);

}  // namespace plstm
