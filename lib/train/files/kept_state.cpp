#include "plstm/train/files/kept_state.hpp"

#include <system_error>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/trainer_state_file.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

fs::path with_ending(const fs::path& path, const char* ending) {
  return path.string() + ending;
}

fs::path previous_of(const fs::path& path) {
  return with_ending(path, ".previous");
}

fs::path next_of(const fs::path& path) {
  return with_ending(path, ".next");
}

void move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw FileError(fmt::format("{}: cannot be renamed ({})", from.string(), error.message()));
}

}  // namespace

void keep_trainer_state(const fs::path& path, const TrainerState& state) {
  save_trainer_state(next_of(path), state);
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    // With a second name for it there is a newest state at any moment. Some file systems have no second names.
    fs::remove(previous_of(path), error);
    fs::create_hard_link(path, previous_of(path), error);
    if (error) move(path, previous_of(path));
  }
  move(next_of(path), path);
}

bool has_kept_state(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none) || fs::exists(previous_of(path), none);
}

KeptState load_kept_state(const fs::path& path) {
  std::error_code none;
  if (!fs::exists(previous_of(path), none)) return {load_trainer_state(path), ""};
  if (!fs::exists(path, none)) return {load_trainer_state(previous_of(path)), ""};
  try {
    return {load_trainer_state(path), ""};
  } catch (const FileError& error) {
    try {
      return {load_trainer_state(previous_of(path)),
              fmt::format("{}; goes on from the state before", error.what())};
    } catch (const FileError&) {
    }
    throw;
  }
}

void remove_kept_state(const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& file : {next_of(path), previous_of(path), path}) {
    if (!fs::is_directory(file, ignored)) fs::remove(file, ignored);
  }
}

}  // namespace plstm
