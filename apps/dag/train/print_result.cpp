#include "print_result.hpp"

#include <vector>

#include <fmt/format.h>

#include "support/results/scores.hpp"

namespace plstm::dag {

void print_result(const RunResult& result, const std::filesystem::path& folder) {
  if (result.was_finished) {
    fmt::print("{}: this run is finished already\n", folder.string());
    return;
  }
  if (!result.test.empty()) {
    const std::vector<NamedScores> targets = scores_of_targets("mean of targets", result.test.front().scores);
    fmt::print("test{}\n{}", targets.size() > 1 ? ", mean of the targets" : "",
               apps::format_table(result.metrics, result.test));
    if (targets.size() > 1)
      fmt::print("test, {}\n{}", result.test.front().name, apps::format_table(result.metrics, targets));
  }
  fmt::print("{}written to {}\n", result.summary, folder.string());
}

}  // namespace plstm::dag
