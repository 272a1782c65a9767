#include "plstm/nn/autodiff/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

namespace {

// What the gradients of the parameters hold before a pass, which must replace it.
constexpr double kOldGradient = 7;

// What the gradients of the inputs start from, which a pass must add to.
constexpr double kStart = 3;

struct Gradients {
  Matrix<double> output;
  std::vector<double> parameters;  // in the layout
  std::vector<Matrix<double>> matrices;
};

class GradientCheck {
 public:
  GradientCheck(const GradientCheckInputs& inputs, const GradientCheckFunction& function,
                const GradientCheckOptions& options)
      : in_(inputs),
        matrices_(inputs.matrices.begin(), inputs.matrices.end()),
        function_(function),
        options_(options) {
    check_size("check_gradients", "inputs.values", std::ssize(in_.values),
               static_cast<std::int64_t>(in_.layout.total_size()));
  }

  GradientReport run() {
    const Gradients added = backward(kStart);
    const Gradients first = backward(std::nullopt);
    if (evaluate() != added.output)
      report_.problem = "the recorded output differs from that without gradients";
    check_padding(added.parameters);
    for (const ParameterInfo& info : in_.layout.infos()) {
      compare(info.name, std::span(in_.values).subspan(info.offset, info.size),
              added.parameters.data() + info.offset, 0);
    }
    for (std::size_t k = 0; k < matrices_.size(); ++k) {
      Matrix<double>& matrix = matrices_[k];
      const std::span<double> entries(matrix.data(), static_cast<std::size_t>(matrix.size()));
      compare(fmt::format("input {}", k), entries, added.matrices[k].data(), kStart);
      compare(fmt::format("input {}", k), entries, first.matrices[k].data(), 0);
    }
    if (report_.ok() && !(report_.deviation <= options_.relative)) {
      report_.problem = fmt::format("gradient of {}[{}] is {:.12g}, differences give {:.12g}", report_.tensor,
                                    report_.entry, report_.analytic, report_.numeric);
    }
    return report_;
  }

 private:
  std::vector<Var<double>> put_inputs(Tape<double>& tape, std::optional<double> start) const {
    std::vector<Var<double>> vars;
    for (const Matrix<double>& matrix : matrices_) {
      vars.push_back(tape.make(matrix.rows(), matrix.cols()));
      vars.back().matrix() = matrix;
      if (start.has_value()) tape.gradient_matrix(vars.back()).setConstant(*start);
    }
    return vars;
  }

  Matrix<double> evaluate() {
    tape_.start(in_.layout, in_.values.data(), nullptr, {false, in_.training, in_.seed});
    return function_(tape_, put_inputs(tape_, std::nullopt)).matrix();
  }

  Gradients backward(std::optional<double> start) {
    Gradients result;
    result.parameters.assign(in_.layout.total_size(), kOldGradient);
    Tape<double> tape;
    tape.start(in_.layout, in_.values.data(), result.parameters.data(), {true, in_.training, in_.seed});
    const std::vector<Var<double>> vars = put_inputs(tape, start);
    const Var<double> output = function_(tape, vars);
    result.output = output.matrix();
    if (weights_.rows() != output.rows || weights_.cols() != output.cols) {
      Random random(options_.weights_seed);
      weights_.resize(output.rows, output.cols);
      for (Index i = 0; i < weights_.size(); ++i) weights_.data()[i] = random.normal();
    }
    tape.gradient_matrix(output) += weights_;
    tape.backward();
    for (const Var<double>& var : vars) result.matrices.push_back(tape.gradient_matrix(var));
    return result;
  }

  double loss() { return evaluate().cwiseProduct(weights_).sum(); }

  // Central difference at one entry, which is as before afterwards.
  double difference(double& entry) {
    const double value = entry, h = options_.step;
    const auto both = [&](double step) {
      entry = value + step;
      const double above = loss();
      entry = value - step;
      return above - loss();
    };
    const double result = (8 * both(h) - both(2 * h)) / (12 * h);
    entry = value;
    return result;
  }

  void compare(const std::string& name, std::span<double> entries, const double* gradient, double start) {
    const std::size_t stride =
        std::max<std::size_t>(1, entries.size() / std::max<std::size_t>(1, options_.most_entries));
    for (std::size_t i = 0; i < entries.size(); i += stride) {
      const double numeric = difference(entries[i]);
      const double analytic = gradient[i] - start;
      const double deviation = std::abs(analytic - numeric) / std::max(options_.floor, std::abs(numeric));
      if (std::isnan(report_.deviation)) continue;  // nothing is larger
      if (!report_.tensor.empty() && deviation <= report_.deviation) continue;
      report_.deviation = deviation;
      report_.tensor = name;
      report_.entry = i;
      report_.analytic = analytic;
      report_.numeric = numeric;
    }
  }

  void check_padding(const std::vector<double>& gradients) {
    std::size_t end = 0;  // of the parameter before
    const auto check = [&](std::size_t next, const std::string& where) {
      const auto padding = std::span(gradients).subspan(end, next - end);
      if (report_.ok() && std::ranges::any_of(padding, [](double x) { return x != 0; }))
        report_.problem = "there is a gradient in the padding " + where;
    };
    for (const ParameterInfo& info : in_.layout.infos()) {
      check(info.offset, "before " + info.name);
      end = info.offset + info.size;
    }
    check(gradients.size(), "at the end");
  }

  GradientCheckInputs in_;
  std::vector<Matrix<double>> matrices_;  // whose entries the differences move
  const GradientCheckFunction& function_;
  GradientCheckOptions options_;
  Tape<double> tape_;  // of evaluate()
  Matrix<double> weights_;
  GradientReport report_;
};

}  // namespace

GradientReport check_gradients(const GradientCheckInputs& inputs, const GradientCheckFunction& function,
                               const GradientCheckOptions& options) {
  return GradientCheck(inputs, function, options).run();
}

}  // namespace plstm
