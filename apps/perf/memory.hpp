#pragma once

#include <optional>

namespace plstm::perf {

/// Bytes that were resident at most since the program began, or since a MemoryGrowth was made last. Nothing where the
/// system does not tell.
std::optional<double> peak_memory();

/// Measures how far the resident memory of this process rises above its present size between two calls.
class MemoryGrowth {
 public:
  MemoryGrowth();

  /// Bytes; nothing where the system does not tell (Linux does, by /proc/self/status and clear_refs).
  std::optional<double> bytes() const;

 private:
  std::optional<double> start_;
};

}  // namespace plstm::perf
