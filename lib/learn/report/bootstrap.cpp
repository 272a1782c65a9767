#include "plstm/learn/report/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

namespace plstm {

std::vector<double> bootstrap(std::size_t rows, std::span<const ResampledStatistic> statistics,
                              const BootstrapOptions& options) {
  if (rows < 1 || options.resamples < 1) {
    throw ConfigError(fmt::format("bootstrap: {} rows and {} resamples, expected 1 or more of each", rows,
                                  options.resamples));
  }
  const auto resamples = static_cast<std::size_t>(options.resamples);
  const std::size_t draws = options.draws > 0 ? options.draws : rows;
  std::vector<double> replicates(statistics.size() * resamples);
  if (rows == 1) {  // every resample is this row, which would look like certainty
    std::ranges::fill(replicates, std::numeric_limits<double>::quiet_NaN());
    return replicates;
  }
  parallel_for_ranges(resamples, 8, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> counts(rows);
    for (std::size_t i = begin; i != end; ++i) {
      Random random(options.seed, i);  // of this resample alone, so that no thread matters
      std::ranges::fill(counts, 0);
      for (std::size_t draw = 0; draw < draws; ++draw) ++counts[random.below(rows)];
      for (std::size_t s = 0; s < statistics.size(); ++s)
        replicates[s * resamples + i] = statistics[s](counts);
    }
  });
  return replicates;
}

std::optional<Interval> percentile_interval(std::span<const double> replicates, double level) {
  if (!(level > 0 && level < 1)) {
    throw ConfigError(fmt::format("percentile_interval: the level is {}, expected 0 to 1", level));
  }
  std::vector<double> sorted;
  for (const double value : replicates) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  if (2 * sorted.size() <= replicates.size()) return {};
  std::ranges::sort(sorted);
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double low = sorted[below], high = sorted[std::min(below + 1, sorted.size() - 1)];
    return low + (place - static_cast<double>(below)) * (high - low);
  };
  return Interval{quantile((1 - level) / 2), quantile((1 + level) / 2)};
}

}  // namespace plstm
