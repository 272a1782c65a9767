#include "nn/tracking/transition_kernels.hpp"

#include "core/hot_loops.hpp"
#include "nn/shared/exponential.hpp"
#include "nn/tracking/matrix_lanes.hpp"
#include "nn/tracking/matrix_norms.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T, class F>
inline void map(std::ptrdiff_t size, const T* __restrict x, T* __restrict y, const F& f) {
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] = f(x[i]);
}

// Below this exp is zero here: the float polynomial stops at the smallest normal number.
template <class T>
inline constexpr T kLowest = sizeof(T) == 4 ? T(-87) : T(-700);

template <class T>
void eigenvalues(EigenvalueForm form, std::ptrdiff_t size, const T* e, T* y) {
  switch (form) {
    case EigenvalueForm::kTanh:
      return map(size, e, y, [](T x) { return hyperbolic_tangent(T(5) * x); });
    case EigenvalueForm::kLogSigmoid:
      return map(size, e, y, [](T x) {
        const T s = sigmoid(x);
        return s * s * s * s * s;
      });
    case EigenvalueForm::kExpExp:
      return map(size, e, y, [](T x) {
        const T exponent = T(-5) * exponential(-x);
        return exponent < kLowest<T> ? T(0) : exponential(exponent);
      });
  }
}

template <class T>
void eigenvalues_backward(EigenvalueForm form, std::ptrdiff_t size, const T* e, const T* y, const T* dy,
                          T* de, bool add) {
  switch (form) {
    case EigenvalueForm::kTanh:
      return map_backward(size, e, y, dy, de, add, [](T, T v) { return T(5) * (T(1) - v * v); });
    case EigenvalueForm::kLogSigmoid:
      return map_backward(size, e, y, dy, de, add, [](T x, T v) { return T(5) * v * (T(1) - sigmoid(x)); });
    case EigenvalueForm::kExpExp:
      return map_backward(size, e, y, dy, de, add, [](T x, T v) {
        const T slope = T(5) * exponential(-x);
        return v == T(0) ? T(0) : v * slope;
      });
  }
}

// Calls f(first, count) for vectors of matrices.
template <class T, class F>
void for_each_vector(std::ptrdiff_t count, const F& f) {
  for (std::ptrdiff_t first = 0; first < count; first += kLanes<T>) {
    f(first, count - first < kLanes<T> ? count - first : kLanes<T>);
  }
}

template <class T>
void normalize(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a, T* y,
               void* scratch) {
  using V = Lanes<T>;
  const std::ptrdiff_t entries = size * size;
  for_each_vector<T>(count, [&](std::ptrdiff_t first, std::ptrdiff_t lanes) {
    V* from = static_cast<V*>(scratch);
    V* to = from + entries;
    V* rest = to + entries;
    load_lanes<T>(lanes, entries, a + first * entries, from);
    switch (norm) {
      case TransitionNorm::kExponential: {
        Exponential<T> series(size, rest);
        series.forward(from);
        to = series.p[0];
        break;
      }
      case TransitionNorm::kHouseholder: {
        Householder<T> product(size, rest);
        product.forward(from);
        product.result(to);
        break;
      }
      case TransitionNorm::kQr: {
        QrFactor<T> factor(size, rest);
        factor.forward(from);
        to = factor.q;
        break;
      }
      case TransitionNorm::kSingularValueLimit: {
        LargestSingularValue<T> largest(size, rest);
        largest.forward(from);
        largest.result(from, to);
        break;
      }
      case TransitionNorm::kEigenvalueLimit:
        break;  // not made here
    }
    store_lanes<T>(lanes, entries, to, y + first * entries, false);
  });
}

template <class T>
void normalize_backward(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a,
                        const T* dy, T* da, bool add, void* scratch) {
  using V = Lanes<T>;
  const std::ptrdiff_t entries = size * size;
  for_each_vector<T>(count, [&](std::ptrdiff_t first, std::ptrdiff_t lanes) {
    V* from = static_cast<V*>(scratch);
    V* gradient = from + entries;
    V* to = gradient + entries;
    V* rest = to + entries;
    load_lanes<T>(lanes, entries, a + first * entries, from);
    load_lanes<T>(lanes, entries, dy + first * entries, gradient);
    switch (norm) {
      case TransitionNorm::kExponential: {
        Exponential<T> series(size, rest);
        series.backward(from, gradient, to, rest);
        break;
      }
      case TransitionNorm::kHouseholder: {
        Householder<T> product(size, rest);
        product.backward(from, gradient, to, rest);
        break;
      }
      case TransitionNorm::kQr: {
        QrFactor<T> factor(size, rest);
        factor.backward(from, gradient, to, rest);
        break;
      }
      case TransitionNorm::kSingularValueLimit: {
        LargestSingularValue<T> largest(size, rest);
        largest.backward(from, gradient, to);
        break;
      }
      case TransitionNorm::kEigenvalueLimit:
        break;  // not made here
    }
    store_lanes<T>(lanes, entries, to, da + first * entries, add);
  });
}

// t = o (diag(l) i)
template <class T>
void compose(std::ptrdiff_t count, std::ptrdiff_t size, const T* o, const T* l, const T* i, T* t,
             void* scratch) {
  using V = Lanes<T>;
  const MatrixLanes<T> m{size};
  const std::ptrdiff_t entries = m.entries();
  V *left = static_cast<V*>(scratch), *right = left + entries, *result = right + entries,
    *factors = result + entries;
  for_each_vector<T>(count, [&](std::ptrdiff_t first, std::ptrdiff_t lanes) {
    load_lanes<T>(lanes, entries, o + first * entries, left);
    load_lanes<T>(lanes, entries, i + first * entries, right);
    load_lanes<T>(lanes, size, l + first * size, factors);
    for (std::ptrdiff_t e = 0; e < entries; ++e) right[e] *= factors[e / size];
    m.ab(left, right, result);
    store_lanes<T>(lanes, entries, result, t + first * entries, false);
  });
}

template <class T>
void compose_backward(const CompositionGradient<T>& call) {
  const std::ptrdiff_t size = call.size;
  using V = Lanes<T>;
  const MatrixLanes<T> m{size};
  const std::ptrdiff_t entries = m.entries();
  V *left = static_cast<V*>(call.scratch), *right = left + entries, *scaled = right + entries,
    *gradient = scaled + entries, *result = gradient + entries, *factors = result + entries,
    *dots = factors + entries;
  for_each_vector<T>(call.count, [&](std::ptrdiff_t first, std::ptrdiff_t lanes) {
    load_lanes<T>(lanes, entries, call.o + first * entries, left);
    load_lanes<T>(lanes, entries, call.i + first * entries, right);
    load_lanes<T>(lanes, size, call.l + first * size, factors);
    load_lanes<T>(lanes, entries, call.dt + first * entries, gradient);
    if (call.d_o != nullptr) {
      for (std::ptrdiff_t e = 0; e < entries; ++e) scaled[e] = right[e] * factors[e / size];
      m.atb(gradient, scaled, result);
      store_lanes<T>(lanes, entries, result, call.d_o + first * entries, call.add_o);
    }
    m.tab(left, gradient, result);  // of diag(l) i
    if (call.dl != nullptr) {
      for (std::ptrdiff_t k = 0; k < size; ++k) {
        dots[k] = V{};
        for (std::ptrdiff_t j = 0; j < size; ++j) dots[k] += result[k * size + j] * right[k * size + j];
      }
      store_lanes<T>(lanes, size, dots, call.dl + first * size, call.add_l);
    }
    if (call.di != nullptr) {
      for (std::ptrdiff_t e = 0; e < entries; ++e) result[e] *= factors[e / size];
      store_lanes<T>(lanes, entries, result, call.di + first * entries, call.add_i);
    }
  });
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
TransitionKernels<T> TransitionKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.eigenvalues = isa::eigenvalues<T>,
          .eigenvalues_backward = isa::eigenvalues_backward<T>,
          .normalize = isa::normalize<T>,
          .normalize_backward = isa::normalize_backward<T>,
          .compose = isa::compose<T>,
          .compose_backward = isa::compose_backward<T>};
}

template TransitionKernels<float> TransitionKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template TransitionKernels<double> TransitionKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
