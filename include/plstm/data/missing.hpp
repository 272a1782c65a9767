#pragma once

#include <string_view>

namespace plstm {

/// Whether a field of a table says that nothing was measured. True for a field that is empty or holds blanks
/// only, and for the words that pandas, R, chemprop, databases and spreadsheets write, in upper or lower case,
/// with blanks around: NA, NaN, N/A, N.A., N.D., NULL, None, nil, missing, #N/A, <NA>, "-", "--", "?", ".".
/// Infinity is no missing value.
bool is_missing(std::string_view text);

}  // namespace plstm
