#include "print_result.hpp"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace plstm::mol {
namespace {

// The model and the baselines on all targets, then the model on each of them.
void print_scores(const RunResult& result) {
  constexpr std::size_t kMostTargets = 30;
  std::vector<NamedScores> targets = scores_of_targets("mean of targets", result.test.front().scores);
  const std::size_t count = targets.size() - 1;
  fmt::print("test rows{}\n{}", count > 0 ? ", mean of the targets" : "",
             format_table(result.metrics, result.test));
  if (count == 0) return;
  if (count > kMostTargets) targets.resize(1 + kMostTargets);
  fmt::print("test rows, {}\n{}", result.test.front().name, format_table(result.metrics, targets));
  if (count > kMostTargets) fmt::print("and {} more targets, see test_scores.json\n", count - kMostTargets);
}

}  // namespace

void print_result(const RunResult& result, const std::filesystem::path& folder) {
  if (result.was_finished) {
    fmt::print("{}: this run is finished already\n", folder.string());
    return;
  }
  if (!result.test.empty()) print_scores(result);
  fmt::print("{}", result.summary);
  fmt::print("written to {}\n", folder.string());
}

}  // namespace plstm::mol
