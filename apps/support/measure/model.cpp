#include "support/measure/model.hpp"

#include <numeric>

#include <plstm/core/random.hpp>

#include "support/measure/multiply_adds.hpp"

namespace plstm::bench {

GraphModel make_model(const MoleculeSet& molecules, StmLayerKind layer) {
  GraphModelConfig config;
  config.node_value_width = molecules.node_value_width;
  config.node_vocabulary_sizes = molecules.node_vocabulary_sizes;
  config.edge_value_width = molecules.edge_value_width;
  config.edge_vocabulary_sizes = molecules.edge_vocabulary_sizes;
  config.body = StmBody{.layer = layer, .max_degree = molecules.max_degree};
  config.edge_encoder = layer == StmLayerKind::kEdge &&
                        (molecules.edge_value_width > 0 || !molecules.edge_vocabulary_sizes.empty());
  return make_graph_model(config);
}

std::vector<float> make_parameters(const GraphModel& model) {
  return initial_values<float>(model.layout, 5);
}

std::vector<std::int32_t> first_rows(std::size_t count) {
  std::vector<std::int32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

double forward_multiply_adds(const GraphModel& model, const MoleculeSet& molecules,
                             std::span<const std::int32_t> rows) {
  GraphBatch batch;
  for (const std::int32_t row : rows) batch.append(molecules.graphs[static_cast<std::size_t>(row)]);
  return model_multiply_adds(model, batch);
}

Labels::Labels(std::size_t rows)
    : targets_(static_cast<Index>(rows), 1), present_(Matrix<std::uint8_t>::Ones(targets_.rows(), 1)) {
  Random random(4);
  for (Index i = 0; i < targets_.rows(); ++i) targets_(i, 0) = static_cast<float>(random.normal());
}

TrainingData Labels::with(std::span<const std::int32_t> train) const {
  return {{targets_.data(), targets_.rows(), 1}, {present_.data(), present_.rows(), 1}, train, {}};
}

}  // namespace plstm::bench
