#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/certainty/calibration.hpp>
#include <plstm/train/objectives/target_scaler.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// What a model says of labelled things that it has not learnt from.
struct HeldOutRows {
  std::vector<std::int32_t> rows;  ///< numbers of the things
  std::vector<double> values;      ///< [rows, columns] in the units of the targets, or probabilities
  std::vector<double> spreads;  ///< [rows, columns] standard deviations over the networks, in the same units
  std::vector<double>
      kind_errors;  ///< [rows, tasks] errors expected of similar things, standardised; or empty
};

/// Calibrates a model with its errors on held-out rows. Targets and `present` are [things, tasks], in the units of the
/// users. Rows whose values are missing are passed over. Throws ShapeError if sizes do not fit each other.
Calibration fit_calibration(const ConstMatrixMap<double>& targets,
                            const ConstMatrixMap<std::uint8_t>& present, std::span<const Task> tasks,
                            const std::optional<TargetScaler>& scaler, const HeldOutRows& held_out);

}  // namespace plstm
