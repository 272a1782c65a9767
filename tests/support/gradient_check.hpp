#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/matrix.hpp>
#include <plstm/core/random.hpp>
#include <plstm/nn/autodiff/gradient_check.hpp>
#include <plstm/nn/autodiff/tape.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm::test {

/// The functions below take it together with a function (tape, inputs) -> Var, which runs on Tape<float> and
/// Tape<double> if it is generic.
struct LayerInputs {
  ParameterLayout layout = {};
  std::vector<double> values = {};  ///< of the parameters, [layout.total_size()]
  std::vector<Matrix<double>> matrices = {};
  bool training = false;
  std::uint64_t seed = 0;                               ///< of dropout
  Index recompute_from = TapeOptions().recompute_from;  ///< read by run_backward
};

/// Standard normal numbers times `scale`.
inline Matrix<double> random_matrix(Index rows, Index cols, Random& random, double scale = 1) {
  const auto values = random_normal<double>(static_cast<std::size_t>(rows * cols), random, scale);
  return ConstMatrixMap<double>(values.data(), rows, cols);
}

/// Normal numbers for all parameters, instead of their initial values, so that no gradient is zero by chance;
/// padding stays zero.
inline std::vector<double> random_values(const ParameterLayout& layout, double scale, Random& random) {
  std::vector<double> values(layout.total_size(), 0.0);
  for (const ParameterInfo& info : layout.infos()) {
    for (std::size_t i = 0; i < info.size; ++i) values[info.offset + i] = scale * random.normal();
  }
  return values;
}

/// A copy of `matrix` on the tape, with a gradient if the tape records.
template <class T>
Var<T> put(Tape<T>& tape, const Matrix<double>& matrix) {
  Var<T> var = tape.make(matrix.rows(), matrix.cols());
  var.matrix() = matrix.cast<T>();
  return var;
}

/// The value of function(tape, inputs), without gradients.
template <class T, class F>
Matrix<T> evaluate(const LayerInputs& inputs, const F& function) {
  Tape<T> tape;
  const std::vector<T> values(inputs.values.begin(), inputs.values.end());
  tape.start(inputs.layout, values.data(), nullptr, {false, inputs.training, inputs.seed});
  std::vector<Var<T>> vars;
  for (const Matrix<double>& matrix : inputs.matrices) vars.push_back(put(tape, matrix));
  return function(tape, vars).matrix();
}

/// Gradients of sum(output * weights), the weights being the same normal numbers for every call.
template <class T>
struct TapeGradients {
  Matrix<T> output;
  std::vector<T> parameters;  ///< in the layout
  std::vector<Matrix<T>> matrices;
};

inline Matrix<double> output_weights(Index rows, Index cols) {
  Random random(kSeed, 1);
  return random_matrix(rows, cols, random);
}

/// What the array of the parameters' gradients holds before a pass.
inline constexpr double kOldGradient = 7;

/// Runs the tape forward and backward. If given, gradients of the inputs start at `start`, else at nothing;
/// `weights` other than the random ones may be given.
template <class T, class F>
TapeGradients<T> run_backward(const LayerInputs& inputs, const F& function,
                              std::optional<T> start = std::nullopt,
                              std::optional<Matrix<double>> weights = std::nullopt) {
  TapeGradients<T> result;
  result.parameters.assign(inputs.layout.total_size(), static_cast<T>(kOldGradient));
  Tape<T> tape;
  const std::vector<T> values(inputs.values.begin(), inputs.values.end());
  tape.start(inputs.layout, values.data(), result.parameters.data(),
             {.gradients = true,
              .training = inputs.training,
              .seed = inputs.seed,
              .recompute_from = inputs.recompute_from});
  std::vector<Var<T>> vars;
  for (const Matrix<double>& matrix : inputs.matrices) {
    vars.push_back(put(tape, matrix));
    if (start.has_value()) tape.gradient_matrix(vars.back()).setConstant(*start);
  }
  const Var<T> output = function(tape, vars);
  result.output = output.matrix();
  if (!weights.has_value()) weights = output_weights(output.rows, output.cols);
  tape.gradient_matrix(output) += weights->cast<T>();
  tape.backward();
  for (const Var<T>& var : vars) result.matrices.push_back(tape.gradient_matrix(var));
  return result;
}

using GradientTolerance = GradientCheckOptions;

/// The one gradient check of the tests, see plstm::check_gradients. A failure names the parameter (or "input i") and
/// the entry with the largest deviation.
template <class F>
::testing::AssertionResult gradients_match(const LayerInputs& inputs, const F& function,
                                           const GradientTolerance& tolerance = {}) {
  GradientCheckInputs viewed{inputs.layout, inputs.values, {}, inputs.training, inputs.seed};
  for (const Matrix<double>& m : inputs.matrices) viewed.matrices.emplace_back(m.data(), m.rows(), m.cols());
  const GradientReport report = check_gradients(viewed, function, tolerance);
  if (report.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << report.problem;
}

}  // namespace plstm::test
