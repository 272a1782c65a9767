#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/certainty/training_domain.hpp>

namespace plstm {

/// What a model with this configuration has seen that learnt from the given graphs. Of more than kMostDomainGraphs a
/// random part is kept for neighbours.
std::shared_ptr<const TrainingDomain> learnt_domain(const LabeledGraphs& data,
                                                    std::span<const std::int32_t> graphs,
                                                    const GraphModelConfig& config, std::uint64_t seed);

}  // namespace plstm
