#pragma once

#include <functional>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// What a reader gives its graphs to, one after the other in the order of the file. An exception that it throws ends the
/// reading and comes out of the reader.
using GraphTaker = std::function<void(GraphRecord&&)>;

}  // namespace plstm
