#pragma once

#include <cstdint>
#include <span>

#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/tape_pool.hpp>
#include <plstm/train/loop/train_options.hpp>
#include <plstm/train/loop/training_data.hpp>

namespace plstm {

/// Loss and metric on the validation things, into the report. The data has passed check_data; `offsets` are
/// thing_offsets(learner), and the tapes are of the learner.
void validate(const Learner& learner, TapePool& tapes, std::span<const std::int64_t> offsets,
              std::span<const float> parameters, const TrainingData& data, const TrainOptions& options,
              EpochReport& report);

}  // namespace plstm
