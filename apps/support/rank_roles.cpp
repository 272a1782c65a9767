#include "support/rank_roles.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <plstm/core/error.hpp>

namespace plstm::apps {

void leave_to_first(const Ranks& ranks) {
  if (!ranks.is_first()) throw RankIsDone{};
}

bool first_says(const Ranks& ranks, bool here) {
  std::uint8_t answer = here ? 1 : 0;
  ranks.broadcast_values(std::span(&answer, 1));
  return answer != 0;
}

void share_stop(const Ranks& ranks, StopSignal& stop) {
  const std::vector<std::uint64_t> signals = ranks.gather(static_cast<std::uint64_t>(stop.signal()));
  stop.take(static_cast<int>(*std::ranges::max_element(signals)));
}

void check_all_can_read(const Ranks& ranks, std::span<const std::filesystem::path> files) {
  if (ranks.size() == 1) return;
  const auto is_stdin = [](const std::filesystem::path& file) { return file == "-"; };
  if (std::ranges::any_of(files, is_stdin)) {
    throw ConfigError("standard input reaches the first rank alone; name a file that all ranks can read");
  }
}

int threads_for(const Ranks& ranks, int asked) {
  return asked == 0 ? ranks.threads() : asked;
}

}  // namespace plstm::apps
