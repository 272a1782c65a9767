#pragma once

#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>

#include "training_data.hpp"

namespace plstm::mol {

/// What predicts the test rows without a network.
struct NamedPredictions {
  std::string name;
  Matrix<double> values;  ///< [test rows, columns]; of atoms or bonds [judged, columns]
};

/// The mean of the training rows (of classes: their shares), and ridge regression on Morgan fingerprints, which is left
/// out where a target has classes. Of atoms or bonds the mean, and the means of environments (EnvironmentMeans), in the
/// order in which they are judged. They count all rows alike.
std::vector<NamedPredictions> predict_baselines(const LearningData& learning);

}  // namespace plstm::mol
