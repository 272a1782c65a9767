#include "learn/pretraining/squared_errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include <plstm/learn/pretraining/pretrain.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/prediction.hpp>

#include "learn/pretraining/chunk.hpp"

namespace plstm {

std::vector<std::int32_t> validation_numbers(const PretrainingSet& set, std::int64_t wanted) {
  const auto count = static_cast<std::int32_t>(std::min<std::int64_t>(wanted, set.num_blocks() / 10));
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), set.num_blocks() - count);
  return numbers;
}

std::vector<SquaredErrors> squared_errors(const PretrainingSet& set, const TrainedModel& described,
                                          std::span<const std::int32_t> blocks) {
  const GraphModel model = make_graph_model(described.config);
  const std::size_t columns = set.header().target_names.size();
  std::vector<SquaredErrors> errors(columns);
  Chunk chunk;
  for (const std::span<const std::int32_t> some : chunks_of(blocks)) {
    read_chunk(set, some, {}, chunk);
    std::vector<std::int32_t> samples(static_cast<std::size_t>(chunk.count));
    std::iota(samples.begin(), samples.end(), 0);
    const std::vector<float> outputs =
        predict(chunk_learner(model, chunk), described.parameters, samples, described.precision);
    for (std::size_t at = 0; at < samples.size() * columns; ++at) {
      if (chunk.present[at] == 0) continue;
      const double error = static_cast<double>(outputs[at]) - static_cast<double>(chunk.targets[at]);
      errors[at % columns].sum += error * error;
      ++errors[at % columns].count;
    }
  }
  return errors;
}

std::vector<double> explained_variance(const PretrainingSet& set, const TrainedModel& model,
                                       std::int64_t validation_blocks) {
  constexpr double kLeastVariance = 1e-6;  // below it a target is constant but for rounding
  const std::vector<std::int32_t> numbers = validation_numbers(set, validation_blocks);
  const std::vector<SquaredErrors> errors = squared_errors(set, model, numbers);
  const std::size_t columns = set.header().target_names.size();
  std::vector<double> sums(columns), squares(columns);
  for (const std::int32_t number : numbers) {
    const PretrainingBlock block = set.read(number);
    for (std::size_t at = 0; at < block.targets.size(); ++at) {
      if (std::isnan(block.targets[at])) continue;
      const auto value = static_cast<double>(block.targets[at]);
      sums[at % columns] += value;
      squares[at % columns] += value * value;
    }
  }
  std::vector<double> explained(columns, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < columns; ++k) {
    const auto count = static_cast<double>(errors[k].count);
    const double spread = squares[k] - sums[k] * sums[k] / std::max(1.0, count);
    if (spread > kLeastVariance * count) explained[k] = 1 - errors[k].sum / spread;
  }
  return explained;
}

}  // namespace plstm
