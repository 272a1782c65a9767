#include "plstm/core/hash.hpp"

#include <fmt/format.h>

namespace plstm {

std::string Hash::text() const {
  return fmt::format("{:016x}", hash_);
}

}  // namespace plstm
