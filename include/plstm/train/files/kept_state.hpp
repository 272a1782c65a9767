#pragma once

#include <filesystem>
#include <string>

#include <plstm/train/loop/trainer_state.hpp>

namespace plstm {

// A state of a training in two generations, so that a newest file that a disk has damaged does not cost the whole
// training: the newest one lies under its path, the one before ends in ".previous".

/// Writes the newest generation. A full disk leaves both as they were. Throws FileError.
void keep_trainer_state(const std::filesystem::path& path, const TrainerState& state);

/// Whether there is any generation.
bool has_kept_state(const std::filesystem::path& path);

struct KeptState {
  TrainerState state;
  std::string note;  ///< what the user should know, if it is not the newest one
};

/// The newest generation that is whole. Throws what load_trainer_state() throws for the newest if there is no other.
KeptState load_kept_state(const std::filesystem::path& path);

/// Removes all generations. The file under the path itself goes last, so that it still shows what is left of the others
/// when the program is killed meanwhile. What cannot be removed stays.
void remove_kept_state(const std::filesystem::path& path);

}  // namespace plstm
