#pragma once

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// How an eigenvalue of a transition comes from a number e (specification, section 6).
enum class EigenvalueForm {
  kTanh,        ///< tanh(5 e), in (-1, 1)
  kLogSigmoid,  ///< sigma(e)^5, in (0, 1)
  kExpExp,      ///< exp(-5 exp(-e)), in (0, 1)
};

/// How the factors of a transition are kept from growing states (specification, section 6).
enum class TransitionNorm {
  kExponential,         ///< sum over k < 16 of S^k / k! with S = A - A^T; orthogonal while S is not large
  kHouseholder,         ///< -H_1 H_2 ... with H_i = 1 - 2 a_i a_i^T, a_i = row i of A / (its norm + 1e-5)
  kQr,                  ///< Q of A = Q R by Householder reflections (the signs of LAPACK)
  kEigenvalueLimit,     ///< A / max(1, largest absolute eigenvalue)
  kSingularValueLimit,  ///< A / max(1, largest singular value)
};

/// The eigenvalues of e, element by element.
template <class T>
Var<T> eigenvalues(Tape<T>& tape, EigenvalueForm form, Var<T> e);

/// Every matrix of a, made by the norm: a [N, G * J * J] -> the same shape, row-major matrices [J, J]. The
/// gradients are exact; where the limits have a kink, or a matrix for QR is singular, one of the one-sided
/// ones, or a finite number in place of an infinite one. Throws ShapeError if J * J does not divide the
/// columns.
template <class T>
Var<T> normalize_matrices(Tape<T>& tape, TransitionNorm norm, Var<T> a, Index size);

/// T = O diag(lambda) I for every matrix: out, in [N, G * J * J], lambda [N, G * J] -> [N, G * J * J].
template <class T>
Var<T> compose_transition(Tape<T>& tape, Var<T> out, Var<T> lambda, Var<T> in, Index size);

}  // namespace plstm
