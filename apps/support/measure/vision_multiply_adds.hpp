#pragma once

#include <plstm/nn/grids/vision_model.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>

namespace plstm::bench {

/// Multiply-adds of one forward pass over one image: matrix products of the layers, and for N nodes and each
/// of H heads
///
///   operator on grids   N^2 (K + V + 6)   its dense form: Q K^T, the product with V, and the path sums, in
///   which a
///                                         pair of nodes costs four for the states and two for what is read
///   attention           N^2 (2 D / H)     Q K^T and the product with V
///
/// whichever form is used. Norms, activations, positions and pooling are not counted. A training pass is
/// taken to cost three times as much: every product has two of its size as gradients.
double forward_multiply_adds(const VisionModel& model, Index rows, Index cols);
double forward_multiply_adds(const VisionTransformer& model, Index rows, Index cols);

}  // namespace plstm::bench
