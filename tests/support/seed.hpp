#pragma once

#include <cstdint>

namespace plstm::test {

/// The seed of every random test input; RapidCheck has its own and prints it on failure.
inline constexpr std::uint64_t kSeed = 20260711;

}  // namespace plstm::test
