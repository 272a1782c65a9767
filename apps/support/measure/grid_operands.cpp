#include "support/measure/grid_operands.hpp"

#include <cstdint>

#include "support/measure/random_values.hpp"

namespace plstm::bench {
namespace {

constexpr std::size_t kFirstGate = 3, kFirstTransition = 5, kFirstMark = 9, kDirect = 11;

Index heads_of(const GridShape& s, std::size_t i) {
  return i >= kFirstGate && i != kDirect ? s.heads * s.orientations : s.heads;
}
Index width_of(const GridShape& s, std::size_t i) {
  const TrackingWidths& j = s.tracking;
  if (i == 0) return s.key_width * j.query;
  if (i == 1) return s.key_width * j.key;
  if (i == 2) return s.value_width * j.value;
  if (i < kFirstTransition) return j.state * j.key * j.value;
  if (i < kFirstMark) return j.state * j.state;
  return i < kDirect ? j.output * j.query * j.state : j.output * j.query * j.key * j.value;
}

}  // namespace

GridOperands::GridOperands(const GridShape& shape) : shape_(shape) {
  const Index rows = shape.batch * shape.size_x * shape.size_y;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const bool transition = i >= kFirstTransition && i < kFirstMark;
    // Two states meet at a node.
    inputs_[i] = random_values(rows * heads_of(shape, i) * width_of(shape, i),
                               transition       ? 0.4
                               : i < kFirstGate ? -1
                                                : 0,
                               transition ? 0.5 : 1, i + 1);
    gradients_[i].resize(inputs_[i].size());
  }
  const Index outputs = rows * shape.heads * shape.value_width * shape.tracking.output;
  output_.resize(static_cast<std::size_t>(outputs));
  output_gradient_ = random_values(outputs, -1, 1, inputs_.size() + 1);
}

void GridOperands::forward(GridForm form) {
  grid_forward<float>(
      inputs(), heads_in_columns(output_.data(), shape_.heads, shape_.value_width * shape_.tracking.output),
      {form}, workspace_, &states_);
}

void GridOperands::backward(GridForm form) {
  const auto to = [&](std::size_t i) {
    return heads_in_columns(gradients_[i].data(), heads_of(shape_, i), width_of(shape_, i));
  };
  grid_backward<float>(inputs(),
                       heads_in_columns<const float>(output_gradient_.data(), shape_.heads,
                                                     shape_.value_width * shape_.tracking.output),
                       {to(0), to(1), to(2), to(3), to(4), to(5), to(6), to(7), to(8), to(9), to(10), to(11)},
                       {form}, workspace_, &states_);
}

GridInputs<float> GridOperands::inputs() const {
  const auto in = [&](std::size_t i) {
    return heads_in_columns<const float>(inputs_[i].data(), heads_of(shape_, i), width_of(shape_, i));
  };
  return {shape_, in(0), in(1), in(2), in(3), in(4), in(5), in(6), in(7), in(8), in(9), in(10), in(11)};
}

}  // namespace plstm::bench
