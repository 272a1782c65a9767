#include "machine_facts.hpp"

#include <fstream>
#include <string_view>

#include <plstm/data/number.hpp>

namespace plstm::apps {

std::string processor_name() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with("model name") && colon != std::string::npos) {
      return std::string(trim(std::string_view(line).substr(colon + 1)));
    }
  }
  return "unknown";
}

}  // namespace plstm::apps
