#include "plstm/learn/digest.hpp"

#include <fmt/format.h>

namespace plstm {

std::string Digest::text() const {
  return fmt::format("{:016x}", hash_);
}

}  // namespace plstm
