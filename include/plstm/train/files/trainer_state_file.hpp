#pragma once

#include <filesystem>

#include <plstm/train/loop/trainer_state.hpp>

namespace plstm {

/// Writes a safetensors file, beside the target and renamed: a reader never meets half a state. It
/// holds a hash of its contents. Throws FileError.
void save_trainer_state(const std::filesystem::path& path, const TrainerState& state);

/// The state as it was saved, to the last bit. Throws FileError naming the file if it is no state of a training, of a
/// newer format, or damaged in any bit.
TrainerState load_trainer_state(const std::filesystem::path& path);

}  // namespace plstm
