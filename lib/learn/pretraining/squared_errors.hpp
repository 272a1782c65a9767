#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/pretraining/pretraining_set.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm {

/// The blocks that validate: the last ones of a set, `wanted` of them and a tenth of all at most.
std::vector<std::int32_t> validation_numbers(const PretrainingSet& set, std::int64_t wanted);

/// Of one target over some graphs; standardised, without missing values.
struct SquaredErrors {
  double sum = 0;
  std::int64_t count = 0;
};

/// What a model's predictions of some blocks are off by, for each target; [K].
std::vector<SquaredErrors> squared_errors(const PretrainingSet& set, const TrainedModel& described,
                                          std::span<const std::int32_t> blocks);

}  // namespace plstm
