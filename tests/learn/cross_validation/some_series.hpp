#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/learn/cross_validation/training_series.hpp>

namespace plstm::test {

/// A protocol of `replicates` times `folds` trainings on four rows, with seeds from 7 on.
inline Protocol some_protocol(std::int32_t folds, std::int32_t replicates) {
  Protocol protocol;
  protocol.name = "random " + std::to_string(folds) + "-fold";
  for (std::int32_t replicate = 0; replicate < replicates; ++replicate) {
    for (std::int32_t fold = 0; fold < folds; ++fold) {
      protocol.runs.push_back({fold, static_cast<std::uint64_t>(7 + replicate), protocol.splits.size()});
      protocol.splits.push_back({{0, 1}, {2}, {3, fold + 4}});
    }
  }
  return protocol;
}

inline TrainingSeries some_series(std::int32_t folds, std::int32_t replicates) {
  return make_training_series(some_protocol(folds, replicates), replicates, 7);
}

}  // namespace plstm::test
