#include "core/files/own_folder.hpp"

#include <dlfcn.h>

namespace plstm {

namespace {

constexpr char kHere = 0;  // something that the binary holds

}  // namespace

std::filesystem::path own_folder() {
  Dl_info info{};
  if (dladdr(&kHere, &info) == 0 || info.dli_fname == nullptr) return {};
  const std::filesystem::path binary = info.dli_fname;
  return binary.is_absolute() ? binary.parent_path() : std::filesystem::path();
}

}  // namespace plstm
