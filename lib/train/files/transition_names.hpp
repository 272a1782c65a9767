#pragma once

#include <plstm/core/named.hpp>
#include <plstm/nn/tracking/transition_matrix.hpp>

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

}  // namespace plstm
