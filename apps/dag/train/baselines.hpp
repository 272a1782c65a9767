#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>

#include "training_data.hpp"

namespace plstm::dag {

/// What predicts the test things without a network.
struct NamedPredictions {
  std::string name;
  Matrix<double> values;  ///< [test things, columns]
};

/// The mean of the training labels (of classes: their shares); ridge regression on features without structure, unless a
/// target has classes; for labels of graphs, a random forest on counts of subtrees; and boosted trees on
/// structural_features(), for labels of graphs on counts of subtrees, too.
std::vector<NamedPredictions> predict_baselines(const LearningData& data,
                                                std::span<const std::int32_t> test_things,
                                                std::uint64_t seed);

}  // namespace plstm::dag
