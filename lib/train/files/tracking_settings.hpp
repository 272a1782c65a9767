#pragma once

#include <array>

#include <plstm/core/named.hpp>
#include <plstm/nn/tracking/transition_layer.hpp>
#include <plstm/nn/tracking/transition_matrix.hpp>
#include <plstm/stm/shared/tracking.hpp>

#include "config_json.hpp"

// Settings of states and transitions, which vision and language models have under the same names.
namespace plstm {

inline constexpr std::array<Named<EigenvalueForm>, 3> kEigenvalueNames{
    {{EigenvalueForm::kTanh, "tanh"},
     {EigenvalueForm::kLogSigmoid, "logsigmoid"},
     {EigenvalueForm::kExpExp, "expexp"}}};
inline constexpr std::array<Named<TransitionNorm>, 5> kTransitionNormNames{
    {{TransitionNorm::kExponential, "exponential_orthogonalization"},
     {TransitionNorm::kHouseholder, "householder_orthogonalization"},
     {TransitionNorm::kQr, "qr"},
     {TransitionNorm::kEigenvalueLimit, "eigenvalue_limit"},
     {TransitionNorm::kSingularValueLimit, "singular_value_limit"}}};

constexpr auto for_each_tracking_width = [](auto& widths, auto& f) {
  f("JT", widths.state);
  f("JK", widths.key);
  f("JV", widths.value);
  f("JO", widths.output);
  f("JQ", widths.query);
};

constexpr auto for_each_transition_init = [](auto& init, auto& f) {
  f("eigenvalue_low", init.eigenvalue_low);
  f("eigenvalue_high", init.eigenvalue_high);
  f("eigenvalue_weight_std", init.weight_std);
  f("matrix_bias", init.matrix_bias);
  f("matrix_weight_std", init.matrix_std);
};

}  // namespace plstm
