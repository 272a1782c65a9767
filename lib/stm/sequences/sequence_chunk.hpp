#pragma once

#include <cstddef>

#include <plstm/core/product.hpp>

#include "stm/sequences/sequence_call.hpp"

namespace plstm {

/// One chunk of one sequence and head as matrices, in memory that is borrowed and reused chunk by chunk: n
/// steps; rows are (step, plane) of queries and outputs, (plane, step) of keys and values.
///
/// With merged gates G, S, M, T (specification, section 6), scores A = Q K^T, and C the state before the
/// chunk:
///   Y = (G o A) V + (M Q) C     C_next = T C + (S K)^T V
/// and backwards, with dY and the adjoint Z of C_next:
///   dC = T^T Z + (M Q)^T dY    dA = G o (dY V^T)    dG = A o (dY V^T)    d(M Q) = dY C^T    d(S K) = V Z^T
///   dV = (G o A)^T dY + (S K) Z    dQ, dK from dA, d(M Q) and d(S K)    dT = <Z, C>
template <class T>
class SequenceChunk {
 public:
  static std::size_t scratch_size(const SequenceCall<T>& call);
  SequenceChunk(const SequenceCall<T>& call, T* memory);

  /// Moves on to chunk c of sequence and head s and merges its gates, G too if `dense`.
  void load(std::size_t s, std::size_t c, bool dense);

  /// Of the whole chunk, [JT, JT].
  const T* transition() const;

  /// to [JT K, V] = what the steps add to the state after them.
  void write_state(T* to);

  /// to [JT K, V] = adjoint of the state before the steps, as far as it is read here.
  void read_adjoint(const HeadRows<const T>& output_gradient, T* to);

  /// Outputs of the steps; `state` null: zero.
  void forward(const T* state, const HeadRows<T>& output);

  /// All gradients, given the state before the steps and the adjoint of that after them; either null: zero.
  void backward(const T* state, const T* adjoint, const HeadRows<const T>& output_gradient,
                const SequenceGradientView<T>& gradients);

 private:
  explicit SequenceChunk(const SequenceCall<T>& call);
  std::size_t lay_out(T* memory);

  Index columns(Index steps) const;
  MatrixView<const T> gathered(const HeadRows<const T>& rows, Index width, Index planes, bool planes_first,
                               T* room);
  void load_queries();
  void load_inputs();
  void load_output_gradient(const HeadRows<const T>& rows);
  MatrixView<const T> keys(Index k) const;
  MatrixView<const T> values(Index l) const;
  MatrixView<T> dkeys(Index k) const;
  MatrixView<T> dvalues(Index l) const;
  MatrixView<const T> state_view(const T* state) const;
  MatrixView<T> folded_queries() const;
  MatrixView<T> folded_keys(Index l) const;
  void fold_queries();
  void fold_keys();
  void transpose_keys();
  void transpose_values();
  void make_scores(Index begin, Index end);
  void begin_gradients(const SequenceGradientView<T>& gradients);
  void end_gradients(const SequenceGradientView<T>& gradients);
  void inner_backward();

  const SequenceCall<T>& call_;
  const SequenceView<T>& v_;
  const Index capacity_, stride_;  // steps, and columns in memory
  ChunkGates<T> gates_{};
  Index n_ = 0;
  bool has_queries_ = false, has_inputs_ = false, has_output_gradient_ = false, has_folded_queries_ = false,
       has_folded_keys_ = false;
  MatrixView<const T> queries_, keys_, values_, doutputs_;
  MatrixView<T> dqueries_, dkeys_, dvalues_;
  T *dense_, *queries_room_, *keys_room_, *values_room_, *outputs_, *key_columns_, *value_columns_;
  T *folded_queries_, *folded_keys_, *scores_, *weights_, *dweights_, *dscores_, *dfolded_;
  T *dsource_, *dmark_, *dtransition_, *dqueries_room_, *dkeys_room_, *dvalues_room_;
};

extern template class SequenceChunk<float>;
extern template class SequenceChunk<double>;

}  // namespace plstm
