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
  if (values.size() <= thing) values.resize(thing + 1);
  return values[thing];
}

std::vector<AttributeColumn> AttributeTable::take(std::size_t things) {
  check_cells(things, columns_.size());
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
      check_cells(things_, columns_.size() + 1);
      next_ = columns_.size();
      places_.emplace(name, next_);
      columns_.push_back({std::string(name), {}});
    }
  }
  return std::exchange(next_, next_ + 1 < columns_.size() ? next_ + 1 : 0);
}

void AttributeTable::check_cells(std::size_t things, std::size_t columns) const {
  constexpr std::size_t kFree = std::size_t{1} << 20;
  constexpr std::size_t kMostForOne = 32;
  if (columns == 0 || things <= (kFree + kMostForOne * (things + given_)) / columns) return;
  throw FileError(
      fmt::format("{} attributes have only {} values in {} nodes or edges; what differs from one to the next "
                  "must be a value "
                  "and no name",
                  columns, given_, things));
}

}  // namespace plstm
