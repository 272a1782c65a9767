#pragma once

#include <string>

namespace plstm::apps {

/// Model name of /proc/cpuinfo, "unknown" where there is none.
std::string processor_name();

}  // namespace plstm::apps
