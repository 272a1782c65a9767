#pragma once

#include <plstm/nn/tracking/transition_matrix.hpp>

#include "nn/tracking/matrix_lanes.hpp"

// The norms of small matrices and their gradients, one vector of matrices at a time; for the hot file
// transition_kernels.cpp. The formulas stand at TransitionNorm.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

// sum over k < 16 of S^k / k! as B_0 + S^4 (B_1 + S^4 (B_2 + S^4 B_3)), B_i the terms 4 i to 4 i + 3 without
// their common power: 6 products instead of 15.
template <class T>
struct Exponential {
  using V = Lanes<T>;
  MatrixLanes<T> m;
  V *s, *s2, *s3, *s4;
  V* p[4];  // p[i] = B_i + S^4 p[i + 1]

  Exponential(std::ptrdiff_t n, V*& scratch) : m{n} {
    for (V** matrix : {&s, &s2, &s3, &s4, &p[0], &p[1], &p[2], &p[3]}) {
      *matrix = scratch;
      scratch += m.entries();
    }
  }

  static T coefficient(int k) {
    constexpr double kInverse[16] = {1.0,
                                     1.0,
                                     1.0 / 2,
                                     1.0 / 6,
                                     1.0 / 24,
                                     1.0 / 120,
                                     1.0 / 720,
                                     1.0 / 5040,
                                     1.0 / 40320,
                                     1.0 / 362880,
                                     1.0 / 3628800,
                                     1.0 / 39916800,
                                     1.0 / 479001600,
                                     1.0 / 6227020800,
                                     1.0 / 87178291200,
                                     1.0 / 1307674368000};
    return static_cast<T>(kInverse[k]);
  }

  void forward(const V* a) {
    const std::ptrdiff_t n = m.n;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      for (std::ptrdiff_t j = 0; j < n; ++j) s[i * n + j] = a[i * n + j] - a[j * n + i];
    }
    m.ab(s, s, s2);
    m.ab(s, s2, s3);
    m.ab(s2, s2, s4);
    for (int i = 3; i >= 0; --i) {
      m.clear(p[i]);
      for (std::ptrdiff_t k = 0; k < n; ++k) p[i][k * n + k] = splat<T>(coefficient(4 * i));
      m.add(coefficient(4 * i + 1), s, p[i]);
      m.add(coefficient(4 * i + 2), s2, p[i]);
      m.add(coefficient(4 * i + 3), s3, p[i]);
      if (i < 3) m.ab(s4, p[i + 1], p[i], p[i]);
    }
  }

  // dy is used up.
  void backward(const V* a, V* dy, V* da, V* scratch) {
    forward(a);
    V *ds = scratch, *ds2 = ds + m.entries(), *ds3 = ds2 + m.entries(), *ds4 = ds3 + m.entries();
    V *dp = dy, *next = ds4 + m.entries();
    for (V* gradient : {ds, ds2, ds3, ds4}) m.clear(gradient);
    for (int i = 0; i < 4; ++i) {
      m.add(coefficient(4 * i + 1), dp, ds);
      m.add(coefficient(4 * i + 2), dp, ds2);
      m.add(coefficient(4 * i + 3), dp, ds3);
      if (i == 3) break;
      m.atb(dp, p[i + 1], ds4, ds4);
      m.tab(s4, dp, next);
      V* used = dp;
      dp = next;
      next = used;
    }
    m.atb(ds4, s2, ds2, ds2);
    m.tab(s2, ds4, ds2, ds2);
    m.atb(ds3, s2, ds, ds);
    m.tab(s, ds3, ds2, ds2);
    m.atb(ds2, s, ds, ds);
    m.tab(s, ds2, ds, ds);
    for (std::ptrdiff_t i = 0; i < m.n; ++i) {
      for (std::ptrdiff_t j = 0; j < m.n; ++j) da[i * m.n + j] = ds[i * m.n + j] - ds[j * m.n + i];
    }
  }
};

// R_0 = 1, R_{i+1} = R_i (1 - 2 a_i a_i^T), the result is -R_n.
template <class T>
struct Householder {
  using V = Lanes<T>;
  MatrixLanes<T> m;
  V* rows;   // a_i
  V* norms;  // of the rows of A
  V* r;      // R_0 .. R_n

  Householder(std::ptrdiff_t n, V*& scratch) : m{n}, rows(scratch), norms(rows + n * n), r(norms + n) {
    scratch = r + (n + 1) * n * n;
  }

  void forward(const V* a) {
    const std::ptrdiff_t n = m.n;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      V squares{};
      for (std::ptrdiff_t j = 0; j < n; ++j) squares += a[i * n + j] * a[i * n + j];
      norms[i] = square_root<T>(squares);
      const V factor = T(1) / (norms[i] + T(1e-5));
      for (std::ptrdiff_t j = 0; j < n; ++j) rows[i * n + j] = a[i * n + j] * factor;
    }
    m.identity(r);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      const V* from = r + i * n * n;
      reflect(from, from, rows + i * n, r + (i + 1) * n * n);
    }
  }

  // to = matrix - 2 (left a) a^T
  void reflect(const V* matrix, const V* left, const V* a, V* to) const {
    const std::ptrdiff_t n = m.n;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      V dot{};
      for (std::ptrdiff_t j = 0; j < n; ++j) dot += left[i * n + j] * a[j];
      for (std::ptrdiff_t j = 0; j < n; ++j) to[i * n + j] = matrix[i * n + j] - 2 * dot * a[j];
    }
  }

  void result(V* y) const {
    const V* last = r + m.n * m.entries();
    for (std::ptrdiff_t e = 0; e < m.entries(); ++e) y[e] = -last[e];
  }

  // With H = 1 - 2 a a^T and R' = R H:  da = -2 (R^T (dR' a) + dR'^T (R a)),  dR = dR' H.
  void backward(const V* a, V* dy, V* da, V* scratch) {
    forward(a);
    const std::ptrdiff_t n = m.n;
    V *along = scratch, *across = along + n;
    for (std::ptrdiff_t e = 0; e < m.entries(); ++e) dy[e] = -dy[e];
    for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
      const V* before = r + i * n * n;
      const V* row = rows + i * n;
      for (std::ptrdiff_t j = 0; j < n; ++j) {
        along[j] = V{};
        across[j] = V{};
        for (std::ptrdiff_t k = 0; k < n; ++k) {
          along[j] += dy[j * n + k] * row[k];
          across[j] += before[j * n + k] * row[k];
        }
      }
      V radial{};
      const V factor = T(1) / (norms[i] + T(1e-5));
      V* to = da + i * n;
      for (std::ptrdiff_t k = 0; k < n; ++k) {
        V sum{};
        for (std::ptrdiff_t j = 0; j < n; ++j) {
          sum += before[j * n + k] * along[j] + dy[j * n + k] * across[j];
        }
        to[k] = -2 * sum;
        radial += to[k] * row[k];
      }
      // a = r / (|r| + eps)
      const V norm = norms[i] > V{} ? norms[i] : splat<T>(1);
      for (std::ptrdiff_t k = 0; k < n; ++k) to[k] = factor * to[k] - radial * factor * a[i * n + k] / norm;
      for (std::ptrdiff_t j = 0; j < n; ++j) {
        for (std::ptrdiff_t k = 0; k < n; ++k) dy[j * n + k] -= 2 * along[j] * row[k];
      }
    }
  }
};

// Householder reflections of the columns below the diagonal; a column that is zero there already is left
// alone.
template <class T>
struct QrFactor {
  using V = Lanes<T>;
  MatrixLanes<T> m;
  V *r, *q, *v;

  QrFactor(std::ptrdiff_t n, V*& scratch) : m{n}, r(scratch), q(r + n * n), v(q + n * n) { scratch = v + n; }

  void forward(const V* a) {
    const std::ptrdiff_t n = m.n;
    m.copy(a, r);
    m.identity(q);
    for (std::ptrdiff_t k = 0; k + 1 < n; ++k) {
      V below{};
      for (std::ptrdiff_t i = k + 1; i < n; ++i) below += r[i * n + k] * r[i * n + k];
      const V head = r[k * n + k];
      const V norm = square_root<T>(head * head + below);
      v[k] = head + (head < V{} ? -norm : norm);
      for (std::ptrdiff_t i = k + 1; i < n; ++i) v[i] = r[i * n + k];
      const V factor = below > V{} ? T(2) / (v[k] * v[k] + below) : V{};
      for (std::ptrdiff_t j = k; j < n; ++j) {
        V dot{};
        for (std::ptrdiff_t i = k; i < n; ++i) dot += v[i] * r[i * n + j];
        for (std::ptrdiff_t i = k; i < n; ++i) r[i * n + j] -= factor * dot * v[i];
      }
      for (std::ptrdiff_t i = 0; i < n; ++i) {
        V dot{};
        for (std::ptrdiff_t j = k; j < n; ++j) dot += q[i * n + j] * v[j];
        for (std::ptrdiff_t j = k; j < n; ++j) q[i * n + j] -= factor * dot * v[j];
      }
    }
  }

  // dA = (dQ + Q sym(M)) R^-T with M = -dQ^T Q and sym(M) its lower triangle, mirrored.
  void backward(const V* a, V* dy, V* da, V* scratch) {
    forward(a);
    const std::ptrdiff_t n = m.n;
    V* lower = scratch;
    m.tab(dy, q, lower);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      for (std::ptrdiff_t j = 0; j <= i; ++j) {
        lower[i * n + j] = -lower[i * n + j];
        lower[j * n + i] = lower[i * n + j];
      }
    }
    m.ab(q, lower, dy, dy);
    const T tiny = sizeof(T) == 4 ? T(1e-12) : T(1e-60);
    for (std::ptrdiff_t j = n - 1; j >= 0; --j) {
      const V pivot = r[j * n + j];
      const V size = pivot < V{} ? -pivot : pivot;
      const V divisor = size > splat<T>(tiny) ? pivot : splat<T>(tiny);
      for (std::ptrdiff_t i = 0; i < n; ++i) {
        V sum = dy[i * n + j];
        for (std::ptrdiff_t k = j + 1; k < n; ++k) sum -= r[j * n + k] * da[i * n + k];
        da[i * n + j] = sum / divisor;
      }
    }
  }
};

// Largest singular value by Jacobi rotations of A^T A. Their number is fixed, so that a matrix gives the same
// bits beside any others.
template <class T>
struct LargestSingularValue {
  using V = Lanes<T>;
  static constexpr int kSweeps = 10;
  MatrixLanes<T> m;
  V *gram, *basis, *right, *left;
  V value{};

  LargestSingularValue(std::ptrdiff_t n, V*& scratch)
      : m{n}, gram(scratch), basis(gram + n * n), right(basis + n * n), left(right + n) {
    scratch = left + n;
  }

  static void rotate(V c, V s, V& x, V& y) {
    const V old = x;
    x = c * old - s * y;
    y = s * old + c * y;
  }

  void forward(const V* a) {
    const std::ptrdiff_t n = m.n;
    m.tab(a, a, gram);
    m.identity(basis);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::ptrdiff_t p = 0; p < n; ++p) {
        for (std::ptrdiff_t q = p + 1; q < n; ++q) turn(p, q);
      }
    }
    V best = gram[0];
    for (std::ptrdiff_t j = 0; j < n; ++j) right[j] = basis[j * n];
    for (std::ptrdiff_t k = 1; k < n; ++k) {
      const auto larger = gram[k * n + k] > best;
      best = larger ? gram[k * n + k] : best;
      for (std::ptrdiff_t j = 0; j < n; ++j) right[j] = larger ? basis[j * n + k] : right[j];
    }
    V squares{};
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      left[i] = V{};
      for (std::ptrdiff_t j = 0; j < n; ++j) left[i] += a[i * n + j] * right[j];
      squares += left[i] * left[i];
    }
    value = square_root<T>(squares);
  }

  void turn(std::ptrdiff_t p, std::ptrdiff_t q) {
    const std::ptrdiff_t n = m.n;
    const V off = gram[p * n + q];
    const V theta = (gram[q * n + q] - gram[p * n + p]) / (2 * off);
    const V size = theta < V{} ? -theta : theta;
    V tangent = T(1) / (size + square_root<T>(size * size + T(1)));
    tangent = theta < V{} ? -tangent : tangent;
    tangent = off == V{} ? V{} : tangent;
    const V c = T(1) / square_root<T>(tangent * tangent + T(1));
    const V s = tangent * c;
    for (std::ptrdiff_t k = 0; k < n; ++k) {
      rotate(c, s, gram[k * n + p], gram[k * n + q]);
      rotate(c, s, basis[k * n + p], basis[k * n + q]);
    }
    for (std::ptrdiff_t k = 0; k < n; ++k) rotate(c, s, gram[p * n + k], gram[q * n + k]);
  }

  void result(const V* a, V* y) const {
    const V factor = T(1) / (value > splat<T>(1) ? value : splat<T>(1));
    for (std::ptrdiff_t e = 0; e < m.entries(); ++e) y[e] = a[e] * factor;
  }

  // A / s with s = u^T A v:  dA = dy / s - (dy . A) / s^2 u v^T, u = A v / s.
  void backward(const V* a, V* dy, V* da) {
    forward(a);
    const std::ptrdiff_t n = m.n;
    const auto limited = value > splat<T>(1);
    const V factor = T(1) / (limited ? value : splat<T>(1));
    V along{};
    for (std::ptrdiff_t e = 0; e < m.entries(); ++e) along += dy[e] * a[e];
    along = limited ? along * factor * factor * factor : V{};
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      for (std::ptrdiff_t j = 0; j < n; ++j) {
        da[i * n + j] = dy[i * n + j] * factor - along * left[i] * right[j];
      }
    }
  }
};

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
