#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Throws FileError "<place>: <problem>", in one line.
[[noreturn]] void fail_at(std::string_view place, std::string_view problem);

/// A name or value as it stands in messages: in quotes, in one line, and no longer than a line.
std::string in_quotes(std::string_view text);

}  // namespace plstm
