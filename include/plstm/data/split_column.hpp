#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

enum class SplitPart { kTrain, kValidation, kTest };

/// "train", "training"; "val", "valid", "validation", "dev"; "test", "testing", in upper or lower case and with blanks
/// around; nothing for another word.
std::optional<SplitPart> parse_split_part(std::string_view text);

/// What a column of a table says of its rows.
struct SplitColumn {
  Split split;                ///< rows in ascending order
  std::int32_t left_out = 0;  ///< rows whose cell is_missing
};

/// Reads the cells of the rows `rows`, which are ascending; cell i and line i are those of row i. Throws FileError naming
/// `name`, the line and the word for a word that is no part of a split, and if no row is for training.
SplitColumn read_split_column(const std::string& name, std::span<const std::string> cells,
                              std::span<const std::int64_t> lines, std::span<const std::int32_t> rows);

}  // namespace plstm
