#pragma once

#include <span>
#include <string>

namespace plstm {

/// How the numbers of one column or of one axis are written, so that their decimal points stand below each other.
struct NumberFormat {
  int decimals = 0;
  bool scientific = false;  ///< "1.5e6": for numbers that would be too long otherwise

  bool operator==(const NumberFormat&) const = default;
};

/// The format in which the largest of the values shows about `digits` significant digits. Values that are not finite do
/// not count.
NumberFormat common_format(std::span<const double> values, int digits = 4);

/// The number as text. A minus is the sign U+2212, and a negative number that rounds to zero has none. "undefined" for a
/// value that is not finite.
std::string format_in(const NumberFormat& format, double value);

/// One number with about `digits` significant digits.
std::string format_alone(double value, int digits = 4);

/// A count with thin separators of thousands: "12,345".
std::string format_count(long long count);

}  // namespace plstm
