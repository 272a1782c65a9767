#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace plstm {

/// How a training of several members writes down where each of them is, so that it can be stopped at any moment and go
/// on (train/files/training_checkpoint.hpp).
struct Checkpoints {
  /// Where the states of the members are kept: member_0.safetensors, ... It is made if it is not there. After a
  /// training that ended it holds the states of the end; remove_checkpoints() removes them. Several trainings at a time
  /// must not share a folder.
  std::filesystem::path folder;
  /// Least time between two states of a member. A state is also written when a member ends or is stopped.
  double seconds = 60;
  /// Go on from the states in the folder. A member without one starts anew.
  bool resume = false;
  /// What else must be the same when a training goes on, by name: kept with the states and compared.
  std::map<std::string, std::string> notes = {};
  /// CheckpointOptions::on_note, by several threads at a time.
  std::function<void(const std::string&)> on_note = {};
};

/// The file of a member's state.
std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int32_t member);

/// The states of members in the folder, in no order; none if there is no such folder.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

/// Removes the states and, if nothing else is in it, the folder.
void remove_checkpoints(const std::filesystem::path& folder);

}  // namespace plstm
