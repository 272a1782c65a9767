#pragma once

#include <cstdint>
#include <span>

#include "training_data.hpp"

namespace plstm::dag {

/// How many of the records, which stand in this order, come from which input.
struct PartSizes {
  std::int32_t main = 0, validation = 0, test = 0;
};

/// Divides the graphs as the options say. Throws ConfigError for a part that is empty though it is needed, and for
/// attributes that do not say a part.
Division divide(std::span<const GraphRecord> records, const RecordLabels& labels, const PartSizes& sizes,
                const RunOptions& options);

}  // namespace plstm::dag
