#pragma once

#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <plstm/data/decimal.hpp>
#include <plstm/data/files/csv.hpp>

#include "data/dags/attribute_table.hpp"

namespace plstm {

/// Rows of a table with ids in some columns and attributes in the others.
class AttributeRows {
 public:
  /// Throws FileError if the stream has no rows, or two columns have one name.
  AttributeRows(std::istream& stream, const std::string& name, char delimiter);

  /// The column that has one of these names, in small or capital letters; it is no attribute then. Throws FileError if
  /// two have.
  std::optional<std::size_t> take_column(std::initializer_list<std::string_view> names);

  /// Goes to the next row, or returns false at the end. Throws FileError for a malformed row.
  bool next();

  /// The text of a field of the row without blanks around it. Throws FileError if nothing is left; messages call it `what`.
  std::string id(std::size_t column, const char* what) const;

  /// Gives the attributes of the row to a thing.
  void set(AttributeTable& table, std::size_t thing);

  /// "<name>:<line>" of the row, or of the header before the first row.
  std::string place() const;

  /// The names of all columns, for messages.
  std::string columns() const;

 private:
  std::string with_point(std::string_view text, const std::string& column);

  CsvReader reader_;
  DecimalReader decimals_;
  bool has_decimal_comma_;
  CsvRow row_;
  std::vector<bool> is_attribute_;
};

}  // namespace plstm
