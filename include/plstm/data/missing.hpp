#pragma once

#include <string_view>

namespace plstm {

/// Whether a field of a table stands for a missing value. True for a field that is empty or has only blanks, and for
/// the words that pandas, R, chemprop, databases and spreadsheets write, in upper or lower case, with or without
/// blanks around: NA, NaN, N/A, N.A., N.D., NULL, None, nil, missing, #N/A, #DIV/0!, <NA>, "-", "--", "?", ".".
/// Infinity is not a missing value.
bool is_missing(std::string_view text);

}  // namespace plstm
