#include "data/dags/attribute_table.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

bool AttributeTable::set(std::size_t thing, std::string_view name, AttributeValue value) {
  AttributeValue& found = cell(thing, name);
  if (!std::holds_alternative<std::monostate>(found)) return false;
  found = std::move(value);
  return true;
}

void AttributeTable::replace(std::size_t thing, std::string_view name, AttributeValue value) {
  cell(thing, name) = std::move(value);
}

AttributeValue& AttributeTable::cell(std::size_t thing, std::string_view name) {
  things_ = std::max(things_, thing + 1);
  ++given_;
  std::vector<AttributeValue>& values = columns_[find_or_make(name)].values;
  if (values.size() <= thing) {
    cells_ += thing + 1 - values.size();
    check_cells(cells_);
    values.resize(thing + 1);
  }
  return values[thing];
}

std::vector<AttributeColumn> AttributeTable::take(std::size_t things) {
  things_ = std::max(things_, things);
  if (things > 0) check_cells(columns_.size() * things);
  for (AttributeColumn& column : columns_) column.values.resize(things);
  std::vector<AttributeColumn> columns = std::exchange(columns_, {});
  if (things == 0) columns.clear();
  *this = {};
  return columns;
}

std::size_t AttributeTable::find_or_make(std::string_view name) {
  if (next_ >= columns_.size() || columns_[next_].name != name) {
    const auto found = places_.find(name);
    if (found != places_.end()) {
      next_ = found->second;
    } else {
      next_ = columns_.size();
      places_.emplace(name, next_);
      columns_.push_back({std::string(name), {}});
    }
  }
  return std::exchange(next_, next_ + 1 < columns_.size() ? next_ + 1 : 0);
}

void AttributeTable::check_cells(std::size_t cells) const {
  constexpr std::size_t kFree = std::size_t{1} << 20;
  constexpr std::size_t kMostForOne = 64;
  if (cells <= kFree + kMostForOne * (things_ + given_)) return;
  throw FileError(
      fmt::format("{} attributes have only {} values in {} nodes or edges; what differs from one to the next "
                  "must be a value "
                  "and no name",
                  columns_.size(), given_, things_));
}

}  // namespace plstm
