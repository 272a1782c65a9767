#include "nn/graphs/cells/cell_kernels.hpp"

#include "nn/shared/exponential.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// The parts of a row have pointers of their own: the compiler would not see that they do not overlap.

template <class T>
void gru(const GruCall<T>& call) {
  const std::ptrdiff_t d = call.width;
  const T* __restrict x = call.x, * __restrict bias = call.bias, * __restrict m = call.m;
  T* __restrict gates = call.gates;
  for (std::ptrdiff_t i = 0; i < 2 * d; ++i) gates[i] = sigmoid(x[i] + gates[i]);
  const T* __restrict r = call.gates, * __restrict z = call.gates + d, * __restrict x_n = call.x + 2 * d;
  T* __restrict u = call.gates + 2 * d, * __restrict candidate = call.candidate, * __restrict h = call.h;
  for (std::ptrdiff_t i = 0; i < d; ++i) {
    const T inner = u[i] + bias[i];
    const T n = hyperbolic_tangent(x_n[i] + r[i] * inner);
    u[i] = inner;
    candidate[i] = n;
    h[i] = n + z[i] * (m[i] - n);
  }
}

template <class T>
void gru_backward(const GruGradientCall<T>& call) {
  const std::ptrdiff_t d = call.width;
  const T* __restrict m = call.m, * __restrict candidate = call.candidate, * __restrict dh = call.dh;
  T* __restrict r = call.gates, * __restrict z = call.gates + d, * __restrict u = call.gates + 2 * d;
  T* __restrict dx_r = call.dx, * __restrict dx_z = call.dx + d, * __restrict dx_n = call.dx + 2 * d;
  T* __restrict dm = call.dm;
  for (std::ptrdiff_t i = 0; i < d; ++i) {
    const T n = candidate[i], reset = r[i], update = z[i];
    const T dz = dh[i] * (m[i] - n) * update * (T(1) - update);
    const T dn = dh[i] * (T(1) - update) * (T(1) - n * n);
    const T dr = dn * u[i] * reset * (T(1) - reset);
    r[i] = dx_r[i] = dr;
    z[i] = dx_z[i] = dz;
    u[i] = dn * reset;
    dx_n[i] = dn;
    dm[i] = dh[i] * update;
  }
}

template <class T>
void tree_lstm(const TreeLstmCall<T>& call) {
  const std::ptrdiff_t d = call.width;
  const T* __restrict x = call.x;
  T* __restrict gates = call.gates;
  for (std::ptrdiff_t i = 0; i < 2 * d; ++i) gates[i] = sigmoid(x[i] + gates[i]);
  const T* __restrict in = call.gates, * __restrict out = call.gates + d, * __restrict x_g = call.x + 2 * d;
  T* __restrict g = call.gates + 2 * d, * __restrict c = call.c, * __restrict t = call.t, * __restrict h = call.h;
  for (std::ptrdiff_t i = 0; i < d; ++i) {
    g[i] = hyperbolic_tangent(x_g[i] + g[i]);
    c[i] += in[i] * g[i];
  }
  for (std::ptrdiff_t i = 0; i < d; ++i) {
    t[i] = hyperbolic_tangent(c[i]);
    h[i] = out[i] * t[i];
  }
}

template <class T>
void tree_lstm_backward(const TreeLstmGradientCall<T>& call) {
  const std::ptrdiff_t d = call.width;
  const T* __restrict t = call.t, * __restrict dh = call.dh;
  T* __restrict in = call.gates, * __restrict out = call.gates + d, * __restrict g = call.gates + 2 * d;
  T* __restrict dx_i = call.dx, * __restrict dx_o = call.dx + d, * __restrict dx_g = call.dx + 2 * d;
  T* __restrict dc = call.dc;
  for (std::ptrdiff_t j = 0; j < d; ++j) {
    const T i = in[j], o = out[j], candidate = g[j];
    const T cell = dc[j] + dh[j] * o * (T(1) - t[j] * t[j]);
    dc[j] = cell;
    in[j] = dx_i[j] = cell * candidate * i * (T(1) - i);
    out[j] = dx_o[j] = dh[j] * t[j] * o * (T(1) - o);
    g[j] = dx_g[j] = cell * i * (T(1) - candidate * candidate);
  }
}

template <class T>
void forget(std::ptrdiff_t width, const T* __restrict x, const T* __restrict q, const T* __restrict from,
            T* __restrict f, T* __restrict c) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    f[i] = sigmoid(x[i] + q[i]);
    c[i] += f[i] * from[i];
  }
}

template <class T>
void forget_backward(std::ptrdiff_t width, const T* __restrict f, const T* __restrict from,
                     const T* __restrict dc, T* __restrict dfrom, T* __restrict dq, T* __restrict dx) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    const T df = dc[i] * from[i] * f[i] * (T(1) - f[i]);
    dfrom[i] = dc[i] * f[i];
    dq[i] = df;
    dx[i] += df;
  }
}

template <class T>
void gate(std::ptrdiff_t width, const T* __restrict bias, const T* __restrict b, T* __restrict a,
          T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    a[i] = sigmoid(a[i] + bias[i]);
    y[i] = a[i] * b[i];
  }
}

template <class T>
void gate_backward(std::ptrdiff_t width, const T* __restrict dy, T* __restrict a, T* __restrict b) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    const T open = a[i];
    a[i] = dy[i] * b[i] * open * (T(1) - open);
    b[i] = dy[i] * open;
  }
}

template <class T>
void larger(std::ptrdiff_t width, const T* __restrict source, const T* __restrict weight,
            T* __restrict best) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    const T sum = source[i] + weight[i];
    best[i] = sum > best[i] ? sum : best[i];
  }
}

template <class T>
void larger_backward(std::ptrdiff_t width, const T* __restrict source, const T* __restrict weight,
                     const T* __restrict best, T* __restrict left, T* __restrict d) {
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    const bool is_best = source[i] + weight[i] == best[i];
    d[i] = is_best ? left[i] : T(0);
    left[i] = is_best ? T(0) : left[i];
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
CellKernels<T> CellKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.gru = isa::gru<T>,
          .gru_backward = isa::gru_backward<T>,
          .tree_lstm = isa::tree_lstm<T>,
          .tree_lstm_backward = isa::tree_lstm_backward<T>,
          .forget = isa::forget<T>,
          .forget_backward = isa::forget_backward<T>,
          .gate = isa::gate<T>,
          .gate_backward = isa::gate_backward<T>,
          .larger = isa::larger<T>,
          .larger_backward = isa::larger_backward<T>};
}

template CellKernels<float> CellKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template CellKernels<double> CellKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
