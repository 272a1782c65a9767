#pragma once

#include <filesystem>

namespace plstm {

/// Folder of the binary (a program, a shared library, a module of Python) that holds this code. Empty where it is not
/// known: a program may have been called by its name alone.
std::filesystem::path own_folder();

}  // namespace plstm
