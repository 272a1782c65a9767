#pragma once

#include <span>
#include <string>
#include <vector>

#include <plstm/learn/fit.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// What a user should know of the labels before a training that fit() accepts, a sentence each: tasks of several that
/// are constant in the training part, nothing to validate with, and a metric that is undefined on the validation part,
/// so that the loss chooses the epoch. Throws ConfigError for numbers in the split that the data does not have.
std::vector<std::string> notes_on_labels(const LabeledGraphs& data, const FitSplit& split,
                                         std::span<const Task> tasks, Metric metric);

}  // namespace plstm
