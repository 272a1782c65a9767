#pragma once

#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// Predictions [rows.size(), tasks] of the mean of the training rows.
Matrix<float> predict_mean(const Dataset& data, std::span<const std::int32_t> train,
                           std::span<const std::int32_t> rows);

/// Predictions of ridge regression on Morgan fingerprints (radius 2, 2048 bits), the penalty chosen by
/// generalised cross-validation on the training rows; the mean for a task with fewer than two training
/// labels. The data set must hold fingerprints.
Matrix<float> predict_ridge(const Dataset& data, std::span<const std::int32_t> train,
                            std::span<const std::int32_t> rows);

}  // namespace plstm::mol
