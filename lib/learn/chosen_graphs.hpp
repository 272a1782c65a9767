#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <plstm/nn/graphs/graph_batch.hpp>

namespace plstm {

/// Throws ConfigError, which begins with `who`, for a number in `chosen` that is no graph, and for the first of the chosen
/// graphs that check() refuses. check() is called by several threads.
void check_chosen_graphs(const char* who, std::span<const PreparedGraph> graphs,
                         std::span<const std::int32_t> chosen,
                         const std::function<void(const PreparedGraph&)>& check);

}  // namespace plstm
