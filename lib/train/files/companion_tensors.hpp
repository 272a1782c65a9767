#pragma once

#include <memory>
#include <span>
#include <vector>

#include <plstm/train/baselines/companion.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// How the names of a companion's tensors begin.
inline constexpr const char* kCompanionPrefix = "companions.";

/// The companions as tensors "companions.<i>.<part>". A count of a landmark is label * 256 + count.
std::vector<Tensor> companion_tensors(std::span<const std::shared_ptr<const Companion>> companions);

/// Inverse of companion_tensors(); reads the tensors of their prefix. Throws FileError naming the tensor that is missing, unknown or of another kind, and
/// what check_tanimoto_ridge throws.
std::vector<std::shared_ptr<const Companion>> read_companions(std::span<const Tensor> tensors);

}  // namespace plstm
