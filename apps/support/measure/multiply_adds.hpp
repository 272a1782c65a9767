#pragma once

#include <plstm/nn/graphs/graph_model.hpp>

namespace plstm::bench {

/// Multiply-adds of the operator, by the formulas of the specification, section 2; what hides in gates, norms
/// and additions is not counted. With N nodes, E edges, L line edges; per head, all heads added up:
///
///   recurrent  forward   (2 E + L) K V + N (2 K + V)          outer products, hand-over, reading; q.k and d
///              backward  (6 E + 3 L) K V + N (3 K + 4 V)      states again, adjoints, and their gradients
///   closed     forward   (2 E + L) N + N^2 (K + V)            P, G; Q K^T, its product with V
///              backward  (4 E + 3 L) N + N^2 (3 K + 2 V)      P, G, Q K^T again; dG; the other products
///
/// The closed form works on every part of the graph by itself.
struct OperatorWork {
  double forward = 0;
  double backward = 0;
};
OperatorWork recurrent_multiply_adds(const StmGraph& graph, Index heads, Index key_width, Index value_width);
OperatorWork closed_multiply_adds(const StmGraph& graph, Index heads, Index key_width, Index value_width);

/// Multiply-adds of one forward pass of the model over the batch: its matrix products (encoders of values,
/// projections, gates, the two maps of each block, decoder), and the operators in the recurrent form,
/// whichever form is used. Embeddings, norms and activations are not counted. A training pass is taken to
/// cost three times as much: every product has two of its size as gradients.
double model_multiply_adds(const GraphModel& model, const GraphBatch& batch);

}  // namespace plstm::bench
