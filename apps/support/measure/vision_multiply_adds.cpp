#include "support/measure/vision_multiply_adds.hpp"

namespace plstm::bench {
namespace {

double size_of(const ParameterLayout& layout, ParameterId id) {
  return id.valid() ? static_cast<double>(layout[id].size) : 0;
}

double layer_multiply_adds(const ParameterLayout& layout, const GridLayer& layer, double nodes) {
  const GridLayerOptions& o = layer.options;
  double weights = size_of(layout, layer.angle_weight) + size_of(layout, layer.direct.weight) +
                   size_of(layout, layer.out.weight);
  for (const HeadProjection* map : {&layer.query, &layer.key, &layer.value})
    weights += size_of(layout, map->weight);
  for (const HeadGate& gate : layer.source) weights += size_of(layout, gate.weight);
  for (const HeadGate& gate : layer.mark) weights += size_of(layout, gate.weight);
  for (const TransitionLayer& transition : layer.transition)
    weights += size_of(layout, transition.eigenvalues.weight);
  return nodes * weights +
         static_cast<double>(o.heads) * nodes * nodes * static_cast<double>(o.key_width + o.value_width + 6);
}

}  // namespace

double forward_multiply_adds(const VisionModel& model, Index rows, Index cols) {
  const auto [size_x, size_y] = patch_grid(rows, cols, model.config.patch);
  const auto nodes = static_cast<double>(size_x * size_y);
  const ParameterLayout& layout = model.layout;
  double sum = nodes * size_of(layout, model.patches.weight) + size_of(layout, model.head.weight);
  for (const GridBlock& block : model.blocks) {
    sum += layer_multiply_adds(layout, block.layer, nodes) +
           nodes * (size_of(layout, block.up.weight) + size_of(layout, block.down.weight));
  }
  return sum;
}

double forward_multiply_adds(const VisionTransformer& model, Index rows, Index cols) {
  const auto [size_x, size_y] = patch_grid(rows, cols, model.config.patch);
  const auto patches = static_cast<double>(size_x * size_y);
  const double nodes = patches + (model.token.valid() ? 1 : 0);
  const ParameterLayout& layout = model.layout;
  double sum = patches * size_of(layout, model.patches.weight) + size_of(layout, model.head.weight);
  for (const TransformerBlock& block : model.blocks) {
    for (const LinearLayer* map : {&block.attention.qkv, &block.attention.proj, &block.fc1, &block.fc2})
      sum += nodes * size_of(layout, map->weight);
    sum += 2 * nodes * nodes * static_cast<double>(model.config.width);
  }
  return sum;
}

}  // namespace plstm::bench
