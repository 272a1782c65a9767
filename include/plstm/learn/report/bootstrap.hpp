#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace plstm {

/// A number that follows from rows of which row i counts counts[i] times; NaN where it is undefined. Called by several
/// threads at a time.
using ResampledStatistic = std::function<double(std::span<const std::uint32_t> counts)>;

struct BootstrapOptions {
  std::int64_t resamples = 1000;
  std::uint64_t seed = 0;
  std::size_t draws = 0;  ///< rows of a resample; 0: as many as there are
};

/// Values of the statistics on resamples of the rows: as many rows as there are, or as the options say, drawn with
/// replacement. [statistics, resamples], row-major. All statistics see the same resamples, so that their differences can
/// be judged, too. Of a single row all are NaN, as it says nothing of others. The bits follow from the seed and do not
/// depend on the number of threads. Throws ConfigError for fewer than one row or resample.
std::vector<double> bootstrap(std::size_t rows, std::span<const ResampledStatistic> statistics,
                              const BootstrapOptions& options = {});

struct Interval {
  double low = 0, high = 0;

  bool operator==(const Interval&) const = default;
};

/// The range that holds the middle share `level` of the replicates, linearly interpolated. NaN does not count. Absent if
/// half of the replicates or more are NaN. Throws ConfigError unless 0 < level < 1.
std::optional<Interval> percentile_interval(std::span<const double> replicates, double level);

}  // namespace plstm
