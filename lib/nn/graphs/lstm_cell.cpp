#include "plstm/nn/graphs/lstm_cell.hpp"

#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

template <class T>
LstmState<T> lstm_cell(Tape<T>& tape, Var<T> gates, Var<T> cell) {
  const Index rows = cell.rows;
  const Index width = cell.cols;
  check_shape("lstm_cell", "gates", {gates.rows, gates.cols}, {rows, 4 * width});
  const LayerKernels<T>& k = layer_kernels<T>();
  T* active = tape.template keep<T>(gates.size());  // [sigma(i), sigma(o), sigma(f + 1), tanh(g)]
  T* forget = tape.template keep<T>(width);         // f + 1 of a row
  LstmState<T> next{{}, tape.make(rows, width)};
  for (Index row = 0; row < rows; ++row) {
    const T* from = gates.value + row * gates.cols;
    T* a = active + row * gates.cols;
    for (Index i = 0; i < width; ++i) forget[i] = from[2 * width + i] + T(1);
    k.activate(ActivationKind::kSigmoid, 2 * width, from, a);
    k.activate(ActivationKind::kSigmoid, width, forget, a + 2 * width);
    k.activate(ActivationKind::kTanh, width, from + 3 * width, a + 3 * width);
    const T* before = cell.value + row * width;
    T* after = next.cell.value + row * width;
    for (Index i = 0; i < width; ++i) after[i] = a[2 * width + i] * before[i] + a[i] * a[3 * width + i];
  }
  // The gates' gradient: the hidden state's rule, which runs first, writes o, the cell's i, f and g.
  tape.on_backward(next.cell, [=, &tape](const T* dcell) {
    T* dgates = gates.gradient != nullptr ? tape.gradient(gates) : nullptr;
    T* dbefore = cell.gradient != nullptr ? tape.gradient(cell) : nullptr;
    for (Index row = 0; row < rows; ++row) {
      const T* __restrict a = active + row * 4 * width;
      const T* __restrict d = dcell + row * width;
      if (dgates != nullptr) {
        const T* __restrict before = cell.value + row * width;
        T* __restrict to = dgates + row * 4 * width;
        for (Index j = 0; j < width; ++j) {
          const T i = a[j], f = a[2 * width + j], g = a[3 * width + j];
          to[j] += d[j] * g * i * (T(1) - i);
          to[2 * width + j] += d[j] * before[j] * f * (T(1) - f);
          to[3 * width + j] += d[j] * i * (T(1) - g * g);
        }
      }
      if (dbefore == nullptr) continue;
      T* __restrict to = dbefore + row * width;
      for (Index j = 0; j < width; ++j) to[j] += d[j] * a[2 * width + j];
    }
  });

  T* bounded = tape.template keep<T>(cell.size());  // tanh(cell')
  k.activate(ActivationKind::kTanh, cell.size(), next.cell.value, bounded);
  next.hidden = tape.make(rows, width);
  for (Index row = 0; row < rows; ++row) {
    const T* o = active + row * 4 * width + width;
    for (Index i = 0; i < width; ++i) next.hidden.value[row * width + i] = o[i] * bounded[row * width + i];
  }
  tape.on_backward(next.hidden, [=, &tape](const T* dhidden) {
    T* dgates = gates.gradient != nullptr ? tape.gradient(gates) : nullptr;
    T* dcell = tape.gradient(next.cell);
    for (Index row = 0; row < rows; ++row) {
      const T* __restrict o = active + row * 4 * width + width;
      const T* __restrict b = bounded + row * width;
      const T* __restrict d = dhidden + row * width;
      T* __restrict to = dcell + row * width;
      for (Index i = 0; i < width; ++i) to[i] += d[i] * o[i] * (T(1) - b[i] * b[i]);
      if (dgates == nullptr) continue;
      T* __restrict gate = dgates + row * 4 * width + width;
      for (Index i = 0; i < width; ++i) gate[i] += d[i] * b[i] * o[i] * (T(1) - o[i]);
    }
  });
  return next;
}

#define PLSTM_INSTANTIATE(T) template LstmState<T> lstm_cell<T>(Tape<T>&, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
