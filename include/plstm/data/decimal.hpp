#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Gives the numbers of one table a decimal point where they are written with a decimal comma.
///
/// All numbers of a table are written alike, so that a point after a comma is an error, and a comma after a point.
/// Where "1,234" may be a number with a thousands separator, it is refused: everywhere but in tables whose fields
/// are separated by semicolons, which is how spreadsheets save tables where the comma is decimal.
class DecimalReader {
 public:
  /// `delimiter` separates the fields of the table.
  explicit DecimalReader(char delimiter) : comma_is_decimal_(delimiter == ';') {}

  /// The number of a field with a decimal point; a text that is no number comes back as it is. Call it for the
  /// fields in their order. Throws FileError "<text> ..." with the way out for a number that can be read in two
  /// ways.
  std::string with_point(std::string_view text);

 private:
  bool comma_is_decimal_;
  bool seen_point_ = false;
  bool seen_comma_ = false;
};

}  // namespace plstm
