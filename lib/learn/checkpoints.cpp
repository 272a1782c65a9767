#include "plstm/learn/checkpoints.hpp"

#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace plstm {
namespace {

namespace fs = std::filesystem;

bool is_state(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("member_") && name.ends_with(".safetensors");
}

// What a process that was killed while it wrote a state has left, and a state that somebody put aside.
bool comes_from_a_state(const fs::path& path) {
  const std::string name = path.filename().string();
  return (name.starts_with(".member_") && name.ends_with(".partial")) ||
         (name.starts_with("member_") && name.find(".safetensors.") != std::string::npos);
}

}  // namespace

fs::path checkpoint_path(const fs::path& folder, std::int32_t member) {
  return folder / fmt::format("member_{}.safetensors", member);
}

std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> states;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (is_state(entry.path())) states.push_back(entry.path());
  }
  return states;
}

void remove_checkpoints(const fs::path& folder) {
  std::error_code ignored;  // what is left hinders nobody
  std::vector<fs::path> states;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (is_state(entry.path()) || comes_from_a_state(entry.path())) states.push_back(entry.path());
  }
  for (const fs::path& state : states) fs::remove(state, ignored);
  fs::remove(folder, ignored);  // fails if something else is in it
}

}  // namespace plstm
