#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// Attributes of things of which more may come. Columns stand in the order in which their names come first. Memory
/// stays in proportion to the things and the values that were given.
class AttributeTable {
 public:
  /// False, and nothing changes, if the thing has a value of that name already. Throws FileError if there are far more
  /// names than values: then each name would need a column of all things.
  bool set(std::size_t thing, std::string_view name, AttributeValue value);

  /// The same, whether there is a value or not.
  void replace(std::size_t thing, std::string_view name, AttributeValue value);

  /// The columns, for so many things; none if there are no things. The table is empty then.
  std::vector<AttributeColumn> take(std::size_t things);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  AttributeValue& cell(std::size_t thing, std::string_view name);
  std::size_t find_or_make(std::string_view name);
  void check_cells(std::size_t cells) const;

  std::vector<AttributeColumn> columns_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;  // in columns_, by name
  std::size_t next_ = 0;  // most often things have the same attributes in the same order
  std::size_t things_ = 0;
  std::size_t given_ = 0;
  std::size_t cells_ = 0;  // of all columns
};

}  // namespace plstm
