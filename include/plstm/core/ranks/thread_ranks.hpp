#pragma once

#include <functional>

#include <plstm/core/ranks/ranks.hpp>

namespace plstm {

/// Calls body(ranks) in `size` threads, each of which is a rank: for tests, and to try code for many ranks without a
/// launcher. Returns when all have returned. Where bodies throw, the ranks that wait for others get an Error, and the
/// first exception is thrown again. `ranks_of_machine` of them at a time say that they share a machine; 0: all do. Throws
/// ConfigError unless size is 1 or more.
void run_thread_ranks(int size, const std::function<void(const Ranks&)>& body, int ranks_of_machine = 0);

}  // namespace plstm
