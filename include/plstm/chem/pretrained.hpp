#pragma once

#include <filesystem>

namespace plstm {

/// The model file whose encoder comes with plstm: a network that was taught computed descriptors of molecules
/// (datasets/pretrained/README.md). Recipe::start and `plstm-mol train --init-from pretrained` take it.
///
/// It is the first that exists of: the file named by the environment variable PLSTM_PRETRAINED, the file of the
/// installation that the running program belongs to, that of the installation that this library was built for, and that
/// of the source tree. Throws FileError naming the places if there is none, or if the variable names no file.
std::filesystem::path pretrained_molecules_file();

}  // namespace plstm
