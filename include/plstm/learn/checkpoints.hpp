#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <plstm/learn/members.hpp>

namespace plstm {

/// How a training writes down where it is, so that it can be stopped at any moment and go on.
struct Checkpoints {
  /// Where the states of the members are kept: member_0.safetensors, ... It is made if it is not there. After a
  /// training that ended it holds the states of the end; remove_checkpoints() removes them.
  std::filesystem::path folder;
  /// Least time between two states of a member. A state is also written when a member ends or is stopped.
  double seconds = 60;
  /// Go on from the states in the folder. A member without one starts anew.
  bool resume = false;
  /// What else must be the same when a training goes on, by name: kept with the states and compared.
  std::map<std::string, std::string> notes = {};
};

/// `hooks` that also write states and, if asked for, resume from them. What they keep of `checkpoints` is a copy.
///
/// A training that was stopped or killed and goes on ends with the same bits as one that never stopped. While it
/// trains, the hooks throw FileError for a state that cannot be written or read, and ConfigError naming the setting,
/// label or note in which the training differs from the one that was stopped. Several processes must not share a folder.
MemberHooks with_checkpoints(MemberHooks hooks, const Checkpoints& checkpoints);

/// Whether the folder holds a state of a member.
bool has_checkpoints(const std::filesystem::path& folder);

/// Removes the states and, if nothing else is in it, the folder.
void remove_checkpoints(const std::filesystem::path& folder);

}  // namespace plstm
