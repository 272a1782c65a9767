#pragma once

#include <cstddef>

#include <plstm/stm/graphs/operator.hpp>

#include "stm/graphs/kernels.hpp"

// What one call of the operator needs in every step, and the forms that run one part of the graph.
namespace plstm {

template <class T>
struct StmCall {
  const StmGraph& graph;
  const StmPlan& plan;
  const StmKernels<T>& k;
  StmWorkspace<T>& workspace;
  OperatorView<T> view;
  std::size_t heads;

  std::size_t state_size() const { return static_cast<std::size_t>(view.key_width * view.value_width); }
  const StmGraph::Part& begin(std::int32_t part) const { return graph.parts[static_cast<std::size_t>(part)]; }
  const StmGraph::Part& end(std::int32_t part) const {
    return graph.parts[static_cast<std::size_t>(part) + 1];
  }
  const StmPlan::Part& planned(std::int32_t part) const { return plan.parts[static_cast<std::size_t>(part)]; }
};

/// Gradients of a backward pass and what they start from.
template <class T>
struct StmGradientCall {
  HeadRows<const T> output_gradient;
  GradientView<T> gradients;
};

/// Multiply-adds below which a task costs more than it saves.
constexpr std::size_t kStmGrain = std::size_t{1} << 15;

/// Recurrent form, heads first .. last-1 of one part. `kept` is where its states (of all heads, at all edges
/// or at checkpoints) go or are, or null.
template <class T>
void recurrent_forward(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, HeadRows<T> output,
                       T* kept);
template <class T>
void recurrent_backward(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads,
                        const StmGradientCall<T>& gradients, const T* kept);

/// Chunkwise and doubling form of one part, all heads.
template <class T>
void chunkwise_forward(const StmCall<T>& call, std::int32_t part, HeadRows<T> output, T* kept);
template <class T>
void chunkwise_backward(const StmCall<T>& call, std::int32_t part, const StmGradientCall<T>& gradients,
                        const T* kept);

enum class ScanDirection {
  kForward,   ///< states: from the edges that enter a chunk to those that leave it
  kBackward,  ///< adjoints: the other way, chunks in reverse
};

/// Adds to the border states [heads, states, K V] of a part what reaches them from other chunks. `factors`
/// [heads, plan.num_factors] holds the path sums of the chunks; those of larger blocks are filled in.
template <class T>
void scan_borders(const StmCall<T>& call, std::int32_t part, ScanDirection direction, T* factors, T* states);

}  // namespace plstm
