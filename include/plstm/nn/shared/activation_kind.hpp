#pragma once

namespace plstm {

/// Element-wise functions of the layers.
enum class ActivationKind {
  kGelu,     ///< x Phi(x), exact (erf)
  kSilu,     ///< x sigma(x)
  kRelu,     ///< max(x, 0)
  kSigmoid,  ///< 1 / (1 + exp(-x))
  kTanh,
};

}  // namespace plstm
