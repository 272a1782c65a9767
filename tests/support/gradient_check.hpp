#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/matrix.hpp>
#include <plstm/core/random.hpp>
#include <plstm/nn/autodiff/tape.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm::test {

/// What a layer or operation runs on: parameters with their values, and input matrices. The functions below
/// take it together with a function (tape, inputs) -> Var, which runs on Tape<float> and Tape<double> if it
/// is generic.
struct LayerInputs {
  ParameterLayout layout = {};
  std::vector<double> values = {};  ///< of the parameters, [layout.total_size()]
  std::vector<Matrix<double>> matrices = {};
  bool training = false;
  std::uint64_t seed = 0;  ///< of dropout
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
  tape.start(inputs.layout, values.data(), result.parameters.data(), {true, inputs.training, inputs.seed});
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

struct GradientTolerance {
  double relative = 1e-6;  ///< of the larger of the expected entry and `floor`
  double floor = 1e-2;
  double step = 1e-5;             ///< of the central differences (of fourth order)
  std::size_t most_entries = 64;  ///< checked per tensor, evenly spread
};

/// The one gradient check of the tests. Compares the tape's gradients of sum(output * fixed random weights)
/// with central differences, for all parameters and input matrices, in double. Also checks that gradients of
/// inputs are added to what was written before and replace memory where nothing was, that those of parameters
/// replace what is there, that the padding between parameters becomes zero, and that the recorded forward
/// pass equals the one without gradients bit by bit. A failure names the parameter (or "input i") and the
/// index.
template <class F>
::testing::AssertionResult gradients_match(LayerInputs inputs, const F& function,
                                           const GradientTolerance& tolerance = {}) {
  constexpr double kStart = 3;
  const TapeGradients<double> tape = run_backward<double>(inputs, function, kStart);
  const TapeGradients<double> first_writer = run_backward<double>(inputs, function);
  if (evaluate<double>(inputs, function) != tape.output) {
    return ::testing::AssertionFailure() << "the recorded output differs from that without gradients";
  }
  const Matrix<double> weights = output_weights(tape.output.rows(), tape.output.cols());
  const auto loss = [&] { return evaluate<double>(inputs, function).cwiseProduct(weights).sum(); };
  // First entry of a tensor whose gradient is wrong.
  const auto check = [&](const std::string& name, double* entries, const double* gradient, double start,
                         std::size_t size) {
    const std::size_t stride = std::max<std::size_t>(1, size / tolerance.most_entries);
    for (std::size_t i = 0; i < size; i += stride) {
      const double value = entries[i];
      const auto difference = [&](double step) {
        entries[i] = value + step;
        const double above = loss();
        entries[i] = value - step;
        return above - loss();
      };
      const double h = tolerance.step;
      const double expected = (8 * difference(h) - difference(2 * h)) / (12 * h);
      entries[i] = value;
      const double actual = gradient[i] - start;
      if (!(std::abs(actual - expected) <=
            tolerance.relative * std::max(tolerance.floor, std::abs(expected)))) {
        return ::testing::AssertionFailure() << std::setprecision(12) << "gradient of " << name << "[" << i
                                             << "] is " << actual << ", differences give " << expected;
      }
    }
    return ::testing::AssertionSuccess();
  };
  std::size_t end = 0;  // of the parameter before
  const auto padding_is_zero = [&](std::size_t next) {
    const auto first = tape.parameters.begin() + static_cast<std::ptrdiff_t>(end);
    return std::all_of(first, tape.parameters.begin() + static_cast<std::ptrdiff_t>(next),
                       [](double x) { return x == 0; });
  };
  for (const ParameterInfo& info : inputs.layout.infos()) {
    if (!padding_is_zero(info.offset)) {
      return ::testing::AssertionFailure() << "there is a gradient in the padding before " << info.name;
    }
    const auto result = check(info.name, inputs.values.data() + info.offset,
                              tape.parameters.data() + info.offset, 0, info.size);
    if (!result) return result;
    end = info.offset + info.size;
  }
  if (!padding_is_zero(tape.parameters.size())) {
    return ::testing::AssertionFailure() << "there is a gradient in the padding at the end";
  }
  for (std::size_t k = 0; k < inputs.matrices.size(); ++k) {
    for (const auto& [gradients, start] : {std::pair(&tape, kStart), std::pair(&first_writer, 0.0)}) {
      const auto result =
          check("input " + std::to_string(k), inputs.matrices[k].data(), gradients->matrices[k].data(), start,
                static_cast<std::size_t>(inputs.matrices[k].size()));
      if (!result) return result;
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace plstm::test
