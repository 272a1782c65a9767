#include "digest.hpp"

#include <fmt/format.h>

namespace plstm::bench {

std::string Digest::text() const {
  return fmt::format("{:016x}", hash_);
}

}  // namespace plstm::bench
