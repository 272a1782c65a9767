#include "plstm/chem/screen/best_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

BestRows::BestRows(std::int64_t count, bool lowest)
    : count_(static_cast<std::size_t>(count)), lowest_(lowest) {
  if (count < 1) throw ConfigError(fmt::format("{} best rows are to be kept, expected at least 1", count));
}

bool BestRows::better(const RankedRow& a, const RankedRow& b) const {
  if (a.value != b.value) return lowest_ ? a.value < b.value : a.value > b.value;
  return a.row != b.row ? a.row < b.row : a.within < b.within;
}

bool BestRows::would_keep(double value, std::int64_t row, std::int64_t within) const {
  return heap_.size() < count_ || better({value, row, within, {}}, heap_.front());
}

void BestRows::offer(RankedRow row) {
  const auto order = [this](const RankedRow& a, const RankedRow& b) { return better(a, b); };
  if (heap_.size() == count_) {
    if (!better(row, heap_.front())) return;
    std::ranges::pop_heap(heap_, order);
    heap_.back() = std::move(row);
  } else {
    heap_.push_back(std::move(row));
  }
  std::ranges::push_heap(heap_, order);
}

std::vector<RankedRow> BestRows::take() {
  std::ranges::sort(heap_, [this](const RankedRow& a, const RankedRow& b) { return better(a, b); });
  return std::exchange(heap_, {});
}

std::optional<double> number_of_cell(std::string_view cell) {
  if (trim(cell).empty()) return std::nullopt;
  try {
    return parse_double(cell);
  } catch (const FileError&) {
    return std::nullopt;
  }
}

}  // namespace plstm
