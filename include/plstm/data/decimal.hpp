#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Replaces the decimal comma by a decimal point in the numbers of one table.
///
/// All numbers of a table must be written alike: after a number with a comma, one with a point is an error, and the
/// other way round. "1,234" may be a number with a thousands separator, so it is an error where no number before it
/// has told that the comma is the decimal sign; whoever has a whole table may read it again with seen(). The exception
/// are tables whose fields are separated by semicolons, as spreadsheets write these where the comma is the decimal
/// sign.
class DecimalReader {
 public:
  /// `delimiter` separates the fields of the table.
  explicit DecimalReader(char delimiter) : comma_is_decimal_(delimiter == ';') {}

  /// The number of a field, with a decimal point. A text that is not a number is returned unchanged. Call it for the
  /// fields in their order. Throws FileError "<text> ...", with a way out, for a number that can be read in two
  /// ways.
  std::string with_point(std::string_view text);

  /// What the numbers so far have told of the table, for a reader that begins in its middle.
  struct Seen {
    bool point = false, comma = false;

    bool operator==(const Seen&) const = default;
  };
  Seen seen() const noexcept { return {seen_point_, seen_comma_}; }
  void go_on_after(const Seen& seen) noexcept {
    seen_point_ = seen.point;
    seen_comma_ = seen.comma;
  }

 private:
  bool comma_is_decimal_;
  bool seen_point_ = false;
  bool seen_comma_ = false;
};

}  // namespace plstm
