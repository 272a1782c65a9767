#pragma once

#include <cstdint>
#include <span>

#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/predictor.hpp>

namespace plstm {

/// What a model says of some labelled things (graphs, nodes or edges) of a set, numbered through all of its graphs: a row
/// for each in their order, with expected errors (Predictor::predict_with_errors). The offsets of the result are 0 and the
/// number of things, as of one graph. Each graph that has one of the things is predicted once, as a whole. Throws
/// ConfigError for a thing that is not there or a model that predicts things of another kind, and what
/// Predictor::predict() throws.
Predictions predict_things(const Predictor& predictor, const LabeledGraphs& data,
                           std::span<const std::int32_t> things);

}  // namespace plstm
