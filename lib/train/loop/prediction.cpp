#include "plstm/train/loop/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/loop/training_data.hpp>

#include "outputs.hpp"

namespace plstm {

std::vector<float> outputs_of(const Learner& learner, TapePool& tapes, std::span<const float> parameters,
                              std::span<const std::int32_t> samples, Precision precision,
                              const Ranks& ranks) {
  constexpr std::size_t kShardSize = 8;
  check_size("predict", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(learner.layout->total_size()));
  check_precision(precision);
  tapes.take_all_back();
  const auto columns = static_cast<std::size_t>(learner.outputs);
  std::vector<std::size_t> first_row{0};  // of each sample
  first_row.reserve(samples.size() + 1);
  for (const std::int32_t sample : samples) {
    first_row.push_back(first_row.back() + static_cast<std::size_t>(num_things(learner, sample)));
  }
  std::vector<float> outputs(first_row.back() * columns);
  std::vector<float> transposed(parameters.size());
  transpose_parameters<float>(*learner.layout, parameters, transposed);
  const std::size_t num_shards = (samples.size() + kShardSize - 1) / kShardSize;
  const std::size_t first_shard = rank_share(num_shards, ranks.rank(), ranks.size());
  const std::size_t own_shards = rank_share(num_shards, ranks.rank() + 1, ranks.size()) - first_shard;
  parallel_for_ranges(own_shards, 1, [&](std::size_t begin, std::size_t end) {
    TapeOfThread& pass = tapes.borrow();
    for (std::size_t shard = first_shard + begin; shard < first_shard + end; ++shard) {
      const std::size_t first = shard * kShardSize;
      const std::size_t last = std::min(first + kShardSize, samples.size());
      pass.tape.start(*learner.layout, parameters.data(), nullptr, {.precision = precision},
                      transposed.data());
      const Var<float> y = pass.forward(pass.tape, samples.subspan(first, last - first));
      check_size("Learner", "outputs of some samples", y.size(),
                 static_cast<std::int64_t>((first_row[last] - first_row[first]) * columns));
      std::copy_n(y.value, y.size(),
                  outputs.begin() + static_cast<std::ptrdiff_t>(first_row[first] * columns));
    }
    tapes.give_back(pass);
  });
  if (ranks.size() > 1) {
    std::vector<std::size_t> offsets = rank_shares(num_shards, ranks.size());
    for (std::size_t& offset : offsets) {
      offset = first_row[std::min(offset * kShardSize, samples.size())] * columns;
    }
    ranks.gather_all_values(std::span(outputs), std::span<const std::size_t>(offsets));
  }
  return outputs;
}

std::vector<float> predict(const Learner& learner, std::span<const float> parameters,
                           std::span<const std::int32_t> samples, Precision precision, const Ranks& ranks) {
  check_samples("predict", learner, samples);
  TapePool tapes(learner);
  std::vector<float> outputs = outputs_of(learner, tapes, parameters, samples, precision, ranks);
  const auto columns = static_cast<std::size_t>(learner.outputs);
  std::size_t at = 0;
  for (const std::int32_t sample : samples) {
    const std::size_t end = at + static_cast<std::size_t>(num_things(learner, sample)) * columns;
    for (; at < end; ++at) {
      if (!std::isfinite(outputs[at])) {
        throw TrainingError(
            fmt::format("predict: the output of sample {} is {}; look for extreme values in its features",
                        sample, outputs[at]));
      }
    }
  }
  return outputs;
}

}  // namespace plstm
