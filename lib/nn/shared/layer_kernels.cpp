#include <cmath>

#include "core/hot_loops.hpp"
#include "core/small_product.hpp"
#include "nn/shared/exponential.hpp"
#include "nn/shared/kernels.hpp"
#include "nn/shared/norm_loops.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Standard normal density and distribution function at once.
template <class T>
struct Normal {
  T density, distribution;
};

// Phi(-u) = exp(-u^2 / 2) R(u) with R a polynomial in 1 / (1 + 0.35 u), fitted for least relative error on
// [0, 20] (4e-8 before rounding), so one exponential serves both.
inline Normal<float> normal(float x) {
  const float u = x < 0 ? -x : x;
  const float t = 1.0f / (1.0f + 0.35f * u);
  const float e = exponential(-0.5f * u * u);
  float r = -0.0285304818f;
  r = r * t + 0.141269550f;
  r = r * t - 0.250732445f;
  r = r * t + 0.154161025f;
  r = r * t - 0.0201145319f;
  r = r * t + 0.104426332f;
  r = r * t + 0.120061966f;
  r = r * t + 0.139836016f;
  r = r * t + 0.139622587f;
  const float below = r * t * e;
  return {0.398942280f * e, x < 0 ? below : 1.0f - below};
}
inline Normal<double> normal(double x) {
  return {0.39894228040143267794 * std::exp(-0.5 * x * x), 0.5 * std::erfc(-x * 0.70710678118654752440)};
}

// One vectorisable loop per kind.
template <class T, class F>
inline void map(std::ptrdiff_t size, const T* __restrict x, T* __restrict y, const F& f) {
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] = f(x[i]);
}

template <class T>
void activate(ActivationKind kind, std::ptrdiff_t size, const T* x, T* y) {
  switch (kind) {
    case ActivationKind::kGelu:
      return map(size, x, y, [](T v) { return v * normal(v).distribution; });
    case ActivationKind::kSilu:
      return map(size, x, y, [](T v) { return v * sigmoid(v); });
    case ActivationKind::kRelu:
      return map(size, x, y, [](T v) { return v > 0 ? v : T(0); });
    case ActivationKind::kSigmoid:
      return map(size, x, y, [](T v) { return sigmoid(v); });
    case ActivationKind::kTanh:
      return map(size, x, y, [](T v) { return hyperbolic_tangent(v); });
  }
}

template <class T>
void gelu(std::ptrdiff_t size, T* __restrict z, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const T v = z[i];
    const Normal<T> n = normal(v);
    y[i] = v * n.distribution;
    z[i] = n.distribution + v * n.density;
  }
}

template <class T>
void activate_backward(ActivationKind kind, std::ptrdiff_t size, const T* x, const T* y, const T* dy, T* dx,
                       bool add) {
  switch (kind) {
    case ActivationKind::kGelu:
      return map_backward(size, x, y, dy, dx, add, [](T v, T) {
        const Normal<T> n = normal(v);
        return n.distribution + v * n.density;
      });
    case ActivationKind::kSilu:
      return map_backward(size, x, y, dy, dx, add, [](T v, T) {
        const T s = sigmoid(v);
        return s + v * s * (T(1) - s);
      });
    case ActivationKind::kRelu:
      return map_backward(size, x, y, dy, dx, add, [](T v, T) { return v > 0 ? T(1) : T(0); });
    case ActivationKind::kSigmoid:
      return map_backward(size, x, y, dy, dx, add, [](T, T s) { return s * (T(1) - s); });
    case ActivationKind::kTanh:
      return map_backward(size, x, y, dy, dx, add, [](T, T t) { return T(1) - t * t; });
  }
}

template <class T>
void standardize(const LayerNormCall<T>& call) {
  const std::ptrdiff_t width = call.width;
  for (std::ptrdiff_t row = 0; row < call.rows; ++row) {
    const T* __restrict from = call.x + row * width;
    T* __restrict to = call.y + row * width;
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::ptrdiff_t i = 0; i < width; ++i) sum += from[i];
    const T m = sum / static_cast<T>(width);
    T squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::ptrdiff_t i = 0; i < width; ++i) squares += (from[i] - m) * (from[i] - m);
    const T inv = T(1) / std::sqrt(squares / static_cast<T>(width) + call.epsilon);
    call.mean[row] = m;
    call.inverse[row] = inv;
    const T *scale = call.scale, *shift = call.shift;
    for (std::ptrdiff_t i = 0; i < width; ++i) to[i] = (from[i] - m) * inv * scale[i] + shift[i];
  }
}

template <class T>
void standardize_backward(const LayerNormGradientCall<T>& call) {
  const std::ptrdiff_t width = call.width;
  const T* scale = call.scale;
  T *dscale = call.dscale, *dshift = call.dshift;
  const bool add = call.add;
  for (std::ptrdiff_t row = 0; row < call.rows; ++row) {
    const T* __restrict from = call.x + row * width;
    const T* __restrict out = call.dy + row * width;
    const T m = call.mean[row];
    const T inv = call.inverse[row];
    if (dscale != nullptr) {
      for (std::ptrdiff_t i = 0; i < width; ++i) dscale[i] += out[i] * (from[i] - m) * inv;
    }
    if (dshift != nullptr) {
      for (std::ptrdiff_t i = 0; i < width; ++i) dshift[i] += out[i];
    }
    if (call.dx != nullptr) {
      T* __restrict to = call.dx + row * width;
      T sum = 0;
      T along = 0;
#pragma omp simd reduction(+ : sum, along)
      for (std::ptrdiff_t i = 0; i < width; ++i) {
        sum += scale[i] * out[i];
        along += scale[i] * out[i] * (from[i] - m) * inv;
      }
      sum /= static_cast<T>(width);
      along /= static_cast<T>(width);
      for (std::ptrdiff_t i = 0; i < width; ++i) {
        to[i] = (add ? to[i] : T(0)) + inv * (scale[i] * out[i] - sum - (from[i] - m) * inv * along);
      }
    }
  }
}

// Columns in blocks of four vectors, whose sums stay in registers.
template <class T>
void add_column_sums(std::ptrdiff_t rows, std::ptrdiff_t width, const T* __restrict y, T* __restrict sums) {
  using Vector = typename VectorOf<T>::Type;
  constexpr std::ptrdiff_t kBlock = 4 * kLanes<T>;
  std::ptrdiff_t first = 0;
  for (; first + kBlock <= width; first += kBlock) {
    auto* to = reinterpret_cast<Vector*>(sums + first);
    Vector a = to[0], b = to[1], c = to[2], d = to[3];
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
      const auto* from = reinterpret_cast<const Vector*>(y + row * width + first);
      a += from[0];
      b += from[1];
      c += from[2];
      d += from[3];
    }
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
  }
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    for (std::ptrdiff_t i = first; i < width; ++i) sums[i] += y[row * width + i];
  }
}

template <class T>
void scale(std::ptrdiff_t size, T factor, const T* __restrict x, T* __restrict y, bool add) {
  if (add) return add_scaled<T>(factor, x, size, y);
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] = factor * x[i];
}

template <class T>
void sum(std::ptrdiff_t size, const T* __restrict a, const T* __restrict b, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] = a[i] + b[i];
}

template <class T>
void multiply_by(std::ptrdiff_t size, const T* __restrict x, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] *= x[i];
}

template <class T>
void add_products(std::ptrdiff_t size, const T* __restrict a, const T* __restrict b, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < size; ++i) y[i] += a[i] * b[i];
}

template <class T>
void add_message(std::ptrdiff_t size, const T* __restrict target, const T* __restrict source,
                 const T* __restrict edge, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const T sum = target[i] + source[i] + edge[i];
    y[i] += sum > 0 ? sum : T(0);
  }
}

template <class T>
void pass_message(std::ptrdiff_t size, const T* __restrict target, const T* __restrict source,
                  const T* __restrict edge, const T* __restrict dy, T* __restrict d) {
  for (std::ptrdiff_t i = 0; i < size; ++i) d[i] = target[i] + source[i] + edge[i] > 0 ? dy[i] : T(0);
}

template <class T>
void head_dots(std::ptrdiff_t heads, std::ptrdiff_t width, const T* a, const T* b, T* y) {
  for (std::ptrdiff_t h = 0; h < heads; ++h) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::ptrdiff_t i = 0; i < width; ++i) sum += a[h * width + i] * b[h * width + i];
    y[h] = sum;
  }
}

template <class T>
void add_scaled_rows(std::ptrdiff_t size, T factor, const T* x, T* y) {
  add_scaled<T>(factor, x, size, y);
}

template <class T>
void add_scaled_heads(std::ptrdiff_t heads, std::ptrdiff_t width, const T* f, const T* x, T* y) {
  for (std::ptrdiff_t h = 0; h < heads; ++h) add_scaled<T>(f[h], x + h * width, width, y + h * width);
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
LayerKernels<T> LayerKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.activate = isa::activate<T>,
          .activate_backward = isa::activate_backward<T>,
          .gelu = isa::gelu<T>,
          .normalize = isa::normalize<T>,
          .normalize_backward = isa::normalize_backward<T>,
          .standardize = isa::standardize<T>,
          .standardize_backward = isa::standardize_backward<T>,
          .add_column_sums = isa::add_column_sums<T>,
          .add_scaled_rows = isa::add_scaled_rows<T>,
          .scale = isa::scale<T>,
          .sum = isa::sum<T>,
          .multiply_by = isa::multiply_by<T>,
          .add_products = isa::add_products<T>,
          .add_message = isa::add_message<T>,
          .pass_message = isa::pass_message<T>,
          .add_scaled_heads = isa::add_scaled_heads<T>,
          .head_dots = isa::head_dots<T>};
}

template LayerKernels<float> LayerKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template LayerKernels<double> LayerKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
