#pragma once

#include <cstdint>
#include <span>

#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Lets the classes of each task count equally: the labels of the given things that belong to a class have the same
/// total weight for each class that occurs, those of the things included. Labels of classes that do not occur weigh 1.
/// The objective must have a loss for each task.
/// Throws ConfigError if no task has classes.
void balance_classes(const LabeledGraphs& data, std::span<const std::int32_t> things,
                     std::span<const Task> tasks, Objective& objective);

}  // namespace plstm
