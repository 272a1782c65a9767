#include "memory.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace plstm::perf {
namespace {

// The value in bytes of a line "name:   1234 kB" of /proc/self/status.
std::optional<double> status_bytes(const std::string& name) {
  std::ifstream stream("/proc/self/status");
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name + ":")) continue;
    std::istringstream text(line.substr(name.size() + 1));
    double kibibytes = 0;
    if (text >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

// Resets the peak to the memory that is resident now.
bool reset_peak() {
  std::ofstream stream("/proc/self/clear_refs");
  stream << "5\n";
  stream.flush();
  return stream.good();
}

}  // namespace

std::optional<double> peak_memory() {
  return status_bytes("VmHWM");
}

MemoryGrowth::MemoryGrowth() {
#if defined(__GLIBC__)
  malloc_trim(0);  // freed memory must not hide new allocations
#endif
  if (reset_peak()) start_ = status_bytes("VmRSS");
}

std::optional<double> MemoryGrowth::bytes() const {
  const std::optional<double> peak = peak_memory();
  if (!start_.has_value() || !peak.has_value()) return std::nullopt;
  return std::max(0.0, *peak - *start_);
}

}  // namespace plstm::perf
