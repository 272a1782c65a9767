#pragma once

#include <plstm/core/ranks/ranks.hpp>

namespace plstm::test {

/// What every transport must do, whatever carries the messages: to be called by all ranks. Throws std::logic_error that
/// says what is wrong.
void check_transport(const Ranks& ranks);

}  // namespace plstm::test
