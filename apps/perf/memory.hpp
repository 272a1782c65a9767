#pragma once

#include <optional>

namespace plstm::perf {

/// How far the resident memory of this process rises above where it is now, from one call to the other.
class MemoryGrowth {
 public:
  MemoryGrowth();

  /// Bytes; nothing where the system does not say (Linux: /proc/self/status, clear_refs).
  std::optional<double> bytes() const;

 private:
  std::optional<double> start_;
};

}  // namespace plstm::perf
