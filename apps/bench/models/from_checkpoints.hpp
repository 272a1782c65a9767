#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <plstm/core/error.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/learn/checkpoints.hpp>

namespace plstm::bench {

/// What train() returns, which goes on from the states of members in the folder, if there are any. States that it refuses
/// are removed, `on_bad` gets the reason unless it is empty, and train() is called again.
template <class Train>
auto from_checkpoints(const std::filesystem::path& folder,
                      const std::function<void(const std::string& reason)>& on_bad, const Train& train) {
  if (checkpoints_in(folder).empty()) return train();
  try {
    return train();
  } catch (const TrainingError&) {
    throw;
  } catch (const StoppedError&) {
    throw;
  } catch (const Error& error) {
    if (on_bad) on_bad(error.what());
  }
  remove_checkpoints(folder);
  return train();
}

}  // namespace plstm::bench
