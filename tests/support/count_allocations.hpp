#pragma once

#include <atomic>
#include <cstddef>

namespace plstm::test {

/// Allocations of the whole program so far; for test programs linked with plstm_count_allocations.
extern std::atomic<std::size_t> allocations;

}  // namespace plstm::test
