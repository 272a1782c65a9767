#include "print_result.hpp"

#include <fmt/format.h>

namespace plstm::mol {
namespace {

// The model and the baselines on all targets, then the model on each of them.
void print_scores(const RunResult& result) {
  const bool several = result.test.front().scores.size() > 1;
  fmt::print("test rows{}\n{}", several ? ", mean of the targets" : "",
             format_table(result.metrics, result.test));
  if (several) {
    fmt::print(
        "test rows, pLSTM\n{}",
        format_table(result.metrics, scores_of_targets("mean of targets", result.test.front().scores)));
  }
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
