#include "validation.hpp"

#include <cstddef>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/metrics.hpp>

#include "outputs.hpp"

namespace plstm {

void validate(const Learner& learner, TapePool& tapes, std::span<const std::int64_t> offsets,
              std::span<const float> parameters, const TrainingData& data, const TrainOptions& options,
              EpochReport& report) {
  if (data.validation.empty()) return;
  const Index tasks = data.targets.cols();
  std::vector<Index> things;
  for (const std::int32_t sample : data.validation) {
    const auto at = static_cast<std::size_t>(sample);
    const std::int64_t first = offsets.empty() ? sample : offsets[at];
    const std::int64_t last = offsets.empty() ? sample + 1 : offsets[at + 1];
    for (std::int64_t thing = first; thing < last; ++thing) things.push_back(thing);
  }
  std::vector<float> outputs =
      outputs_of(learner, tapes, parameters, data.validation, options.precision, options.ranks);
  const auto rows = static_cast<Index>(things.size());
  const Index columns = learner.outputs;
  Matrix<float> targets(rows, tasks);
  Matrix<std::uint8_t> present(rows, tasks);
  std::vector<float> weights;
  std::vector<std::int8_t> bounds;
  for (Index i = 0; i < rows; ++i) {
    const Index thing = things[static_cast<std::size_t>(i)];
    targets.row(i) = data.targets.row(thing);
    present.row(i) = data.present.row(thing);
    const auto at = static_cast<std::size_t>(thing);
    if (!data.validation_mask.empty() && data.validation_mask[at] == 0) present.row(i).setZero();
    if (!data.weights.empty()) weights.push_back(data.weights[at]);
    if (!data.bounds.empty()) {
      const auto of_thing =
          data.bounds.subspan(at * static_cast<std::size_t>(tasks), static_cast<std::size_t>(tasks));
      bounds.insert(bounds.end(), of_thing.begin(), of_thing.end());
    }
  }
  const ConstMatrixMap<float> predictions(outputs.data(), rows, columns);
  const ConstMatrixMap<float> labels(targets.data(), rows, tasks);
  const ConstMatrixMap<std::uint8_t> mask(present.data(), rows, tasks);
  std::vector<float> unused(outputs.size());
  const LossResult loss = loss_and_gradient<float>(options.loss, predictions, labels, mask, 0.0,
                                                   {unused.data(), rows, columns}, weights, bounds);
  if (loss.weight > 0) report.validation_loss = loss.sum / loss.weight;
  if (options.metric == Metric::kLoss) {
    report.validation_metric = report.validation_loss;
    return;
  }
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (bounds[i] != 0) present.data()[i] = 0;  // nobody knows the error
  }
  if (data.scaler != nullptr) {
    data.scaler->invert<float>({outputs.data(), rows, columns});
    data.scaler->invert<float>({targets.data(), rows, tasks});
  }
  if (const auto value = evaluate<float>(options.metric, predictions, labels, mask))
    report.validation_metric = *value;
}

}  // namespace plstm
