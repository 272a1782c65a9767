#pragma once

#include <string>

#include <plstm/learn/protocol.hpp>

#include "bench/options.hpp"
#include "bench_data.hpp"

namespace plstm::bench {

/// The protocol that the command line asks for. Throws ConfigError for flags that do not fit, naming them, and FileError
/// for a file of splits that does not fit the data.
Protocol divide(const BenchData& data, const SplitFlags& flags);

/// A digest of the rows of the three parts.
std::string digest_of_split(const Split& split);

}  // namespace plstm::bench
