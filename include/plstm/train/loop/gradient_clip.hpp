#pragma once

#include <span>

namespace plstm {

/// Euclidean norm of the whole gradient. Squares are summed in double over fixed chunks, in parallel; bits do
/// not depend on the number of threads. Not finite if an entry is not, or if the squares of a double gradient
/// overflow.
template <class T>
double gradient_norm(std::span<const T> gradient);

/// Scales the gradient by max_norm / norm if its norm exceeds max_norm and returns the norm it had before.
/// When that norm is not finite the gradient stays as it is: the caller must not take a step, and throws
/// TrainingError. Throws ConfigError unless max_norm > 0; infinity only measures.
template <class T>
double clip_gradient_norm(std::span<T> gradient, double max_norm);

extern template double gradient_norm<float>(std::span<const float>);
extern template double gradient_norm<double>(std::span<const double>);
extern template double clip_gradient_norm<float>(std::span<float>, double);
extern template double clip_gradient_norm<double>(std::span<double>, double);

}  // namespace plstm
