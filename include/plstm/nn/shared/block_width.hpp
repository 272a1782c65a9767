#pragma once

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Width of the hidden layer of a block of width D: 64 * ((4 D - 1) / 64 + 1), for example 96 -> 384
/// (specification, section 3).
Index block_hidden_width(Index width);

}  // namespace plstm
