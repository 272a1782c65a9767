#pragma once

#include <cstddef>

#include <plstm/stm/head_rows.hpp>

// What the forms of the sequence operator ask of the hot files sequence_*_kernels.cpp, which are compiled
// once per instruction set, each time into a namespace of its own. Plain data only.
namespace plstm {

/// Raw view of SequenceInputs. States inside the library are [JT, K, V].
template <class T>
struct SequenceView {
  HeadRows<const T> query, key, value, source, transition, mark, direct;
  std::ptrdiff_t key_width, value_width;
  std::ptrdiff_t jt, jk, jv, jo, jq;
  T scale;  ///< c
};

template <class T>
struct SequenceGradientView {
  HeadRows<T> query, key, value, source, transition, mark, direct;
};

/// Consecutive steps of one sequence and head: rows first .. first + count - 1.
struct Steps {
  std::ptrdiff_t head, first, count;
};

// steps_scratch   elements of scratch memory of the steps functions
// steps_forward   outputs (unless output.data is null) and the state after the steps, in place of that before
// them; the
//                 state before step n is kept at kept + n * JT K V unless `kept` is null
// steps_backward  last step first: all gradients, and the adjoint of the state before the steps in place of
// that after
//                 them, given the states before every step
#define PLSTM_DECLARE_SEQUENCE_KERNELS_FOR(T)                                                                \
  void steps_forward(const SequenceView<T>& view, const Steps& steps, T* state, T* kept, HeadRows<T> output, \
                     T* scratch);                                                                            \
  void steps_backward(const SequenceView<T>& view, const Steps& steps, const T* states, T* adjoint,          \
                      HeadRows<const T> output_gradient, const SequenceGradientView<T>& gradients,           \
                      T* scratch);

#define PLSTM_DECLARE_SEQUENCE_KERNELS(isa)  \
  namespace isa {                            \
  PLSTM_DECLARE_SEQUENCE_KERNELS_FOR(float)  \
  PLSTM_DECLARE_SEQUENCE_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_SEQUENCE_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_SEQUENCE_KERNELS(isa_avx2)
PLSTM_DECLARE_SEQUENCE_KERNELS(isa_avx512)
#endif

/// The hot functions of one instruction set.
template <class T>
struct SequenceKernels {
  void (*steps_forward)(const SequenceView<T>&, const Steps&, T*, T*, HeadRows<T>, T*);
  void (*steps_backward)(const SequenceView<T>&, const Steps&, const T*, T*, HeadRows<const T>,
                         const SequenceGradientView<T>&, T*);
};

/// Those of the instruction set in use.
template <class T>
const SequenceKernels<T>& sequence_kernels();

}  // namespace plstm
