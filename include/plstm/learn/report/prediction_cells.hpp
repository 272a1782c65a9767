#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/labels.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// A prediction with ten digits: more than a network knows, and enough for targets with a large offset.
std::string format_prediction(double value);

/// The columns "<target>_class" of the targets that are no regression.
std::vector<std::string> class_columns(const std::vector<std::string>& targets, std::span<const Task> tasks);

/// Their cells in a row of finished predictions: the classes that are chosen, as the data writes them.
std::vector<std::string> class_cells(std::span<const Task> tasks, std::span<const double> predictions);

/// The cells of a row of finished predictions: all values, then the classes that are chosen.
std::vector<std::string> prediction_cells(std::span<const Task> tasks, std::span<const double> predictions);

/// [tasks] The labels that the model knows; absent for numbers.
std::vector<std::optional<LabelMap>> labels_of(const Predictor& predictor);

/// The names, each with `suffix` behind it as often as it takes to differ from those that are taken and from the names
/// before it.
std::vector<std::string> distinct_names(std::vector<std::string> taken, std::span<const std::string> names,
                                        const std::string& suffix);

}  // namespace plstm
