#include "plstm/learn/mean_score.hpp"

#include <cmath>
#include <vector>

namespace plstm {

std::optional<MeanScore> mean_score(std::span<const std::optional<double>> scores) {
  std::vector<double> values;
  for (const std::optional<double>& score : scores) {
    if (score.has_value() && !std::isnan(*score)) values.push_back(*score);
  }
  if (values.empty()) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  MeanScore result;
  result.trainings = std::ssize(values);
  for (const double value : values) result.mean += value / count;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / (count - 1));
  return result;
}

}  // namespace plstm
