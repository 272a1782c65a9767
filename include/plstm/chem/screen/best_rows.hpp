#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

/// A row of a table with the number that it is judged by.
struct RankedRow {
  double value = 0;
  std::int64_t row = 0;     ///< decides between equal values: the smaller one is better
  std::int64_t within = 0;  ///< and then the smaller one of these: the place among rows of one molecule
  std::string text;         ///< the row itself
};

/// Keeps the best of any number of rows, in memory for as many as are kept. Which rows these are does not depend on the
/// order in which they come. One thread at a time.
class BestRows {
 public:
  /// Keeps `count` rows, those with the highest values or with the lowest. Throws ConfigError unless count > 0.
  BestRows(std::int64_t count, bool lowest);

  /// Whether offer() would keep such a row now, for callers that make its text only then.
  bool would_keep(double value, std::int64_t row, std::int64_t within) const;
  void offer(RankedRow row);

  /// The rows kept so far, the best first; afterwards there are none.
  std::vector<RankedRow> take();

 private:
  bool better(const RankedRow& a, const RankedRow& b) const;

  std::size_t count_;
  bool lowest_;
  std::vector<RankedRow> heap_;  // the worst in front
};

/// The number in a cell; absent if there is none.
std::optional<double> number_of_cell(std::string_view cell);

}  // namespace plstm
