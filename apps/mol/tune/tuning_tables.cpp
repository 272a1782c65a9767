#include "tuning_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "mol/report.hpp"

namespace plstm::mol {
namespace {

// Those that were judged on most folds come first, and of these the best.
std::vector<std::size_t> ranking(const TuneResult& result) {
  std::vector<std::size_t> order(result.candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (a == result.best || b == result.best) return a == result.best && b != result.best;
    if (result.scores[a].size() != result.scores[b].size())
      return result.scores[a].size() > result.scores[b].size();
    return better(result.metric, mean_score(result, a), mean_score(result, b));
  });
  return order;
}

std::string name_of(std::size_t candidate) {
  return candidate == 0 ? "recommended" : fmt::format("{}", candidate);
}

}  // namespace

double mean_score(const TuneResult& result, std::size_t candidate) {
  const std::vector<double>& scores = result.scores[candidate];
  if (scores.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

std::string flags_of(const Candidate& candidate) {
  std::string flags =
      fmt::format("--max-lr {:.3g} --weight-decay {:.3g} --dropout {:.3g} --batch-size {} --hidden-dim {}",
                  candidate.learning_rate, candidate.weight_decay, candidate.dropout, candidate.batch_size,
                  candidate.width);
  if (candidate.depth > 0) flags += fmt::format(" --depth {}", candidate.depth);
  return flags;
}

std::string tuning_text(const TuneResult& result) {
  constexpr std::size_t kMost = 10;
  const std::vector<std::size_t> order = ranking(result);
  std::string text = fmt::format("{:<12}  {:>5}  {:>10}  flags\n", "settings", "folds", title(result.metric));
  for (const std::size_t candidate : std::span(order).first(std::min(kMost, order.size()))) {
    if (result.scores[candidate].empty()) break;
    const double mean = mean_score(result, candidate);
    text += fmt::format("{:<12}  {:>5}  {:>10}  {}\n", name_of(candidate), result.scores[candidate].size(),
                        format_score(mean), flags_of(result.candidates[candidate]));
  }
  if (order.size() > kMost) text += fmt::format("and {} more in tuning.csv\n", order.size() - kMost);
  return text;
}

std::string tuning_csv(const TuneResult& result) {
  std::size_t folds = 0;
  for (const auto& scores : result.scores) folds = std::max(folds, scores.size());
  std::string text = "settings,is_best,folds,mean_" + std::string(name(result.metric));
  for (std::size_t fold = 0; fold < folds; ++fold) text += fmt::format(",fold_{}", fold + 1);
  for (const auto& [name, value] : entries(result.candidates.front())) text += "," + name;
  text += "\n";
  for (const std::size_t candidate : ranking(result)) {
    const std::vector<double>& scores = result.scores[candidate];
    const auto number = [](double value) {
      return std::isnan(value) ? std::string() : fmt::format("{}", value);
    };
    text += fmt::format("{},{},{},{}", name_of(candidate), candidate == result.best ? "yes" : "no",
                        scores.size(), number(mean_score(result, candidate)));
    for (std::size_t fold = 0; fold < folds; ++fold) {
      text += "," + (fold < scores.size() ? number(scores[fold]) : std::string());
    }
    for (const auto& [name, value] : entries(result.candidates[candidate])) text += "," + value;
    text += "\n";
  }
  return text;
}

}  // namespace plstm::mol
