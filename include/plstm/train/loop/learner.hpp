#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

namespace plstm {

/// The outputs of some samples, sample after sample; the model decides the shape of the matrix. What it reads must stay
/// as it is until the next call. One thread at a time calls it.
using Forward = std::function<Var<float>(Tape<float>& tape, std::span<const std::int32_t> samples)>;

/// A model and the samples it reads, as training and prediction see them. Samples have the numbers 0..samples-1; only
/// the functions know what they are. Several threads may call the functions at the same time. What they refer to must
/// outlive the learner.
///
/// A sample has one or more labelled things: a graph itself, its nodes, or its edges. Each thing has `outputs` numbers.
struct Learner {
  const ParameterLayout* layout = nullptr;
  Index outputs = 1;  ///< numbers for each thing
  std::int64_t samples = 0;
  /// Work that a sample makes, in any unit: threads get equal shares.
  std::function<std::int64_t(std::int32_t sample)> size = {};
  /// A Forward with memory of its own, kept from call to call.
  std::function<Forward()> make_forward = {};
  /// How many things a sample has. Empty: one.
  std::function<std::int64_t(std::int32_t sample)> things = {};
  /// Throws if the model cannot take this sample. May be empty.
  std::function<void(std::int32_t sample)> check = {};
};

/// Things of a sample; 1 where the learner does not say.
inline std::int64_t num_things(const Learner& learner, std::int32_t sample) {
  return learner.things ? learner.things(sample) : 1;
}

/// Graphs, one sample each. Their things are what the model reads out: the graph, its nodes or its edges. Model and
/// graphs must outlive the learner, so temporaries are refused.
Learner graph_learner(const GraphModel& model, std::span<const PreparedGraph> graphs);
Learner graph_learner(const GraphModel&& model, std::span<const PreparedGraph> graphs) = delete;
Learner graph_learner(const GraphModel& model, std::vector<PreparedGraph>&& graphs) = delete;

}  // namespace plstm
