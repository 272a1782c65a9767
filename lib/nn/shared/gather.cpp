#include "plstm/nn/shared/gather.hpp"

#include <algorithm>

#include "nn/shared/kernels.hpp"

namespace plstm {

template <class T>
Var<T> gather_rows(Tape<T>& tape, Var<T> x, const std::int32_t* rows, Index count) {
  const Index width = x.cols;
  Var<T> y = tape.make(count, width);
  for (Index i = 0; i < count; ++i) std::copy_n(x.value + rows[i] * width, width, y.value + i * width);
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    const LayerKernels<T>& k = layer_kernels<T>();
    for (Index i = 0; i < count; ++i) k.add_scaled_rows(width, T(1), dy + i * width, dx + rows[i] * width);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T) template Var<T> gather_rows<T>(Tape<T>&, Var<T>, const std::int32_t*, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
