#include "plstm/learn/checkpoints.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/trainer_state_file.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

fs::path state_path(const fs::path& folder, std::int32_t member) {
  return folder / fmt::format("member_{}.safetensors", member);
}

bool is_state(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("member_") && name.ends_with(".safetensors");
}

// What the hooks of all members share. Members are trained by several threads.
class Writer {
 public:
  explicit Writer(const Checkpoints& checkpoints) : checkpoints_(checkpoints) {}

  std::optional<TrainerState> read(std::int32_t member) const {
    const fs::path path = state_path(checkpoints_.folder, member);
    if (!fs::exists(path)) return {};
    TrainerState state = load_trainer_state(path);
    for (const auto& [name, value] : checkpoints_.notes) {
      const auto before = state.fingerprint.find(name);
      const std::string was = before == state.fingerprint.end() ? "missing" : before->second;
      if (was == value) continue;
      throw ConfigError(fmt::format("{}: the training that was stopped had another {}: {}, now {}",
                                    path.string(), name, was, value));
    }
    return state;
  }

  void write_if_due(std::int32_t member, const Trainer& trainer) {
    {
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      const auto [last, first] = written_.try_emplace(member, started_);
      if (std::chrono::duration<double>(now - last->second).count() < checkpoints_.seconds) return;
      last->second = now;
    }
    write(member, trainer);
  }

  void write(std::int32_t member, const Trainer& trainer) const {
    TrainerState state = trainer.state();
    for (const auto& [name, value] : checkpoints_.notes) state.fingerprint[name] = value;
    std::error_code error;
    fs::create_directories(checkpoints_.folder, error);
    if (error) {
      throw FileError(fmt::format("{}: cannot be made ({})", checkpoints_.folder.string(), error.message()));
    }
    save_trainer_state(state_path(checkpoints_.folder, member), state);
  }

 private:
  Checkpoints checkpoints_;
  Clock::time_point started_ = Clock::now();
  std::mutex mutex_;
  std::map<std::int32_t, Clock::time_point> written_;
};

}  // namespace

MemberHooks with_checkpoints(MemberHooks hooks, const Checkpoints& checkpoints) {
  const auto writer = std::make_shared<Writer>(checkpoints);
  if (checkpoints.resume) hooks.start = [writer](std::int32_t member) { return writer->read(member); };
  hooks.on_step = [writer, before = std::move(hooks.on_step)](std::int32_t member, const Trainer& trainer) {
    if (before) before(member, trainer);
    writer->write_if_due(member, trainer);
  };
  hooks.on_end = [writer, before = std::move(hooks.on_end)](std::int32_t member, const Trainer& trainer) {
    if (before) before(member, trainer);
    writer->write(member, trainer);
  };
  return hooks;
}

bool has_checkpoints(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (is_state(entry.path())) return true;
  }
  return false;
}

void remove_checkpoints(const fs::path& folder) {
  std::error_code ignored;  // what is left hinders nobody
  std::vector<fs::path> states;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (is_state(entry.path())) states.push_back(entry.path());
  }
  for (const fs::path& state : states) fs::remove(state, ignored);
  fs::remove(folder, ignored);  // fails if something else is in it
}

}  // namespace plstm
