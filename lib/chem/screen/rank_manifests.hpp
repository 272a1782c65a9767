#pragma once

#include <filesystem>
#include <vector>

#include <plstm/chem/screen/screen_manifest.hpp>

namespace plstm {

// What ranks write down in the folder of a screen while they make its parts (PartDealer).

/// Where they do it.
std::filesystem::path rank_folder(const std::filesystem::path& screen);

/// With the parts of one rank each, in no order. Throws FileError.
std::vector<ScreenManifest> rank_manifests_in(const std::filesystem::path& screen);

/// Removes all of it. What cannot be removed stays.
void remove_rank_manifests(const std::filesystem::path& screen);

}  // namespace plstm
