#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include <plstm/chem/screen/screen_folder.hpp>
#include <plstm/chem/screen/screen_manifest.hpp>
#include <plstm/chem/screen/screen_part.hpp>
#include <plstm/core/ranks/ranks.hpp>

namespace plstm {

/// Shares out the parts of a screen among ranks: who has finished one takes the next that nobody has taken, so that slow
/// ranks hinder nobody. All ranks must see the folder; a part is taken by making a folder in it, which one rank alone can.
/// What a rank has finished it writes down beside the parts, and a run that is killed goes on from that with any number of
/// ranks (ScreenFolder). One thread at a time.
class PartDealer {
 public:
  /// `folder` is that of the first rank, and null on the others, which bring its path and what make_manifest() made.
  /// Collective.
  PartDealer(const Ranks& ranks, ScreenFolder* folder, std::filesystem::path path, ScreenManifest wanted);

  /// A part that is now this rank's; absent if all are taken. Throws FileError.
  std::optional<std::int64_t> next();
  /// Parts that nobody had finished before.
  std::size_t num_pending() const noexcept { return pending_.size(); }

  /// Notes that this rank has written a part. Throws FileError.
  void done(const ScreenPartRecord& part);

  /// Hands what all ranks have finished to the folder of the first one. Collective. Throws FileError.
  void collect();

 private:
  Ranks ranks_;
  ScreenFolder* folder_;
  std::filesystem::path place_;  // of what ranks write
  ScreenManifest own_;
  std::vector<std::int64_t> pending_;
  std::size_t at_ = 0;
};

}  // namespace plstm
