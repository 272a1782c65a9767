#pragma once

#include <memory>
#include <span>
#include <vector>

#include <plstm/train/certainty/calibration.hpp>
#include <plstm/train/certainty/training_domain.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// How the names of the tensors begin.
inline constexpr const char* kCalibrationPrefix = "calibrations.";
inline constexpr const char* kDomainPrefix = "domains.";

/// The calibrations as tensors "calibrations.<i>.<part>", the domains as "domains.<i>.<part>".
std::vector<Tensor> calibration_tensors(std::span<const std::shared_ptr<const Calibration>> calibrations);
std::vector<Tensor> domain_tensors(std::span<const std::shared_ptr<const TrainingDomain>> domains);

/// Their inverses; they read the tensors of their prefix. Both throw FileError naming the tensor that is missing, unknown
/// or of another kind, and what check_conformal_scores or check_training_domain throws.
std::vector<std::shared_ptr<const Calibration>> read_calibrations(std::span<const Tensor> tensors);
std::vector<std::shared_ptr<const TrainingDomain>> read_domains(std::span<const Tensor> tensors);

}  // namespace plstm
