#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <plstm/train/baselines/count_forest.hpp>
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
  /// Whose logits are added to those of the regression, for tasks of yes and no. May be empty.
  CountForest forest = {};

  bool operator==(const Companion&) const = default;
};

/// Whether the companion of so many tasks says how large errors are.
inline bool expects_errors(const Companion& companion, std::size_t tasks) {
  return static_cast<std::size_t>(companion.ridge.num_tasks()) == 2 * tasks;
}

/// Throws ConfigError unless the share is one, there are as many tasks or twice as many, none of them is multiclass, and
/// only tasks of yes and no have a forest; and what check_tanimoto_ridge and check_count_forest throw.
void check_companion(const Companion& companion, std::span<const Task> tasks);

/// A companion in use. May be shared between threads.
class CompanionPredictor {
 public:
  /// Throws what check_tanimoto_ridge throws.
  explicit CompanionPredictor(std::shared_ptr<const Companion> companion);

  const std::shared_ptr<const Companion>& companion() const noexcept { return companion_; }

  /// Working memory of one thread, kept from call to call.
  struct Workspace {
    TanimotoPredictor::Workspace ridge;
    std::vector<float> columns;
  };
  /// One number for each task of the regression, into `to`; see Companion. `values` are those of the graph. The bits depend
  /// on this graph alone. Throws ShapeError for too few values.
  void predict(GraphCounts graph, GraphValues values, Workspace& workspace, std::span<double> to) const;

 private:
  std::shared_ptr<const Companion> companion_;
  TanimotoPredictor ridge_;
};

}  // namespace plstm
