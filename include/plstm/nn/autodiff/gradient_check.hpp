#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// What a layer or operation runs on: parameters with their values, and views of input matrices, which must outlive the
/// check and are copied by it.
struct GradientCheckInputs {
  ParameterLayout layout = {};
  std::vector<double> values = {};  ///< of the parameters, [layout.total_size()]
  std::vector<ConstMatrixMap<double>> matrices = {};
  bool training = false;
  std::uint64_t seed = 0;  ///< of dropout
};

struct GradientCheckOptions {
  double relative = 1e-6;  ///< largest deviation that is accepted
  double floor = 1e-2;     ///< a deviation is relative to this or to the expected entry, if that is larger
  double step = 1e-5;      ///< of the central differences (of fourth order)
  std::size_t most_entries = 64;   ///< checked per tensor, evenly spread; at least 1
  std::uint64_t weights_seed = 1;  ///< of the weights of the outputs
};

/// What the check found. `tensor` is the name of a parameter or "input i".
struct GradientReport {
  double deviation = 0;      ///< the largest of all entries: |analytic - numeric| / max(floor, |numeric|)
  std::string tensor = {};   ///< where the largest deviation is; empty if nothing was compared
  std::size_t entry = 0;     ///< in the flat tensor
  double analytic = 0;       ///< what the rules give there
  double numeric = 0;        ///< what central differences give there
  std::string problem = {};  ///< what is wrong, in words; empty if all is well

  bool ok() const noexcept { return problem.empty(); }
};

/// Calls the function on a tape with one Var per input matrix.
using GradientCheckFunction =
    std::function<Var<double>(Tape<double>& tape, const std::vector<Var<double>>& inputs)>;

/// Compares the tape's gradients of sum(output * w) with central differences, in double, for all parameters and input
/// matrices; w are fixed normal numbers. It also checks that the recorded output equals the one without gradients bit
/// by bit. Gradients of inputs must be added to what was written before, and replace what their memory held. Gradients
/// of parameters must replace what is there, and the padding between parameters must become zero.
///
/// `function` must give the same output in every call. Throws ShapeError if `inputs.values` does not fit the layout.
/// Takes four forward passes per checked entry.
GradientReport check_gradients(const GradientCheckInputs& inputs, const GradientCheckFunction& function,
                               const GradientCheckOptions& options = {});

}  // namespace plstm
