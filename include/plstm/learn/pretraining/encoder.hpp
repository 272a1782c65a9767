#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/loop/adamw.hpp>

namespace plstm {

// The encoder of a graph model is all that comes before the decoder: from the features of nodes and edges to the pooled
// states. A training can start from the encoder of another model, with a decoder of its own for its targets.

/// Gives `model` the encoder of a pretrained model: body, width, edge encoder, degree encoding, norm and pooling.
/// Features, read-out, dropout, graph values and outputs stay.
void adopt_encoder(const GraphModelConfig& pretrained, GraphModelConfig& model);

/// Throws ConfigError if inputs made by `featurizer` (JSON as in TrainedModel) are not those that the pretrained model
/// reads; values of whole graphs may differ, since the encoder does not read them.
void check_same_inputs(const TrainedModel& pretrained, std::string_view featurizer);

/// Copies the parameters of the encoder into `values`, flat in `layout`. Throws ConfigError naming the first of them that
/// `layout` lacks or has in another shape.
void copy_encoder(const TrainedModel& pretrained, const ParameterLayout& layout, std::span<float> values);

/// The parameters of the encoder, to learn at `factor` times the rate of the rest.
std::vector<RateRange> encoder_rates(const ParameterLayout& layout, double factor);

}  // namespace plstm
