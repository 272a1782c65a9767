#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

namespace plstm {

/// The outputs of some samples, as many numbers for each, sample after sample; the shape of the matrix is up
/// to the model. What it reads must stay as it is until the next call. Called by one thread at a time.
using Forward = std::function<Var<float>(Tape<float>& tape, std::span<const std::int32_t> samples)>;

/// A model and the samples it reads, as training and prediction see them: samples are numbers
/// 0..samples-1, what they are is known to the functions alone. They must be safe to call from several
/// threads; what they refer to must outlive the learner.
struct Learner {
  const ParameterLayout* layout = nullptr;
  Index outputs = 1;  ///< numbers per sample
  std::int64_t samples = 0;
  /// Work that a sample makes, in any unit: threads get equal shares.
  std::function<std::int64_t(std::int32_t sample)> size;
  /// A Forward with memory of its own, kept from call to call.
  std::function<Forward()> make_forward;
  /// Throws if the model cannot take this sample. May be empty.
  std::function<void(std::int32_t sample)> check = {};
};

/// Graphs, one sample each; both must outlive the learner.
Learner graph_learner(const GraphModel& model, std::span<const PreparedGraph> graphs);

}  // namespace plstm
