#include "plstm/learn/tuning/tuning_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace plstm {

double mean_score(const TuneResult& result, std::size_t candidate) {
  const std::vector<double>& scores = result.scores[candidate];
  if (scores.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

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

std::string settings_name(std::size_t candidate) {
  return candidate == 0 ? "recommended" : fmt::to_string(candidate);
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
    text += fmt::format("{},{},{},{}", settings_name(candidate), candidate == result.best ? "yes" : "no",
                        scores.size(), number(mean_score(result, candidate)));
    for (std::size_t fold = 0; fold < folds; ++fold) {
      text += "," + (fold < scores.size() ? number(scores[fold]) : std::string());
    }
    for (const auto& [name, value] : entries(result.candidates[candidate])) text += "," + value;
    text += "\n";
  }
  return text;
}

}  // namespace plstm
