#include "support/measure/sequence_operands.hpp"

#include <cstddef>
#include <cstdint>

#include <plstm/core/random.hpp>

namespace plstm::bench {
namespace {

std::vector<float> random_values(Index size, double low, double high, std::uint64_t seed) {
  Random random(seed, 0);
  std::vector<float> values(static_cast<std::size_t>(size));
  for (float& value : values) value = static_cast<float>(low + (high - low) * random.uniform());
  return values;
}

}  // namespace

SequenceOperands::SequenceOperands(const SequenceShape& shape) : shape_(shape) {
  const TrackingWidths& j = shape.tracking;
  widths_ = {shape.key_width * j.query,           shape.key_width * j.key, shape.value_width * j.value,
             j.state * j.key * j.value,           j.state * j.state,       j.output * j.query * j.state,
             j.output * j.query * j.key * j.value};
  constexpr std::array<double, 7> kLow{-1, -1, -1, 0, 0.9, 0, 0};
  const Index rows = shape.batch * shape.length * shape.heads;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    // Sums over columns of the state stay below 1.
    const double scale = i == 4 ? 1 / static_cast<double>(j.state) : 1;
    inputs_[i] = random_values(rows * widths_[i], kLow[i] * scale, scale, i + 1);
    gradients_[i].resize(inputs_[i].size());
  }
  output_.resize(static_cast<std::size_t>(rows * shape.value_width * j.output));
  output_gradient_ = random_values(static_cast<Index>(output_.size()), -1, 1, 8);
}

void SequenceOperands::train(const SequenceOptions& options) {
  sequence_forward<float>(inputs(), output_rows(), nullptr, options, workspace_, &states_);
  const auto gradient = [&](std::size_t i) {
    return heads_in_columns(gradients_[i].data(), shape_.heads, widths_[i]);
  };
  const Index width = shape_.value_width * shape_.tracking.output;
  sequence_backward<float>(
      inputs(), heads_in_columns<const float>(output_gradient_.data(), shape_.heads, width), nullptr,
      {gradient(0), gradient(1), gradient(2), gradient(3), gradient(4), gradient(5), gradient(6)}, options,
      workspace_, &states_);
}

void SequenceOperands::forward(const SequenceOptions& options) {
  sequence_forward<float>(inputs(), output_rows(), nullptr, options, workspace_);
}

HeadRows<const float> SequenceOperands::rows(std::size_t i) const {
  return heads_in_columns<const float>(inputs_[i].data(), shape_.heads, widths_[i]);
}

HeadRows<float> SequenceOperands::output_rows() {
  return heads_in_columns(output_.data(), shape_.heads, shape_.value_width * shape_.tracking.output);
}

SequenceInputs<float> SequenceOperands::inputs() const {
  return {shape_, rows(0), rows(1), rows(2), rows(3), rows(4), rows(5), rows(6)};
}

}  // namespace plstm::bench
