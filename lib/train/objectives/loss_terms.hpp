#pragma once

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/loss.hpp>

namespace plstm {

/// Value and slope of a loss of one output.
struct Slope {
  double loss;
  double derivative;
};

/// Of any loss but those of several classes. Safe for any finite prediction.
Slope loss_slope(LossKind kind, double parameter, double p, double y);

/// Cross-entropy of the logits of one label, of kFocal if `gamma` is positive. Writes scale times the gradient.
template <class T>
double loss_of_classes(const T* logits, Index classes, Index label, double gamma, double scale, T* gradient);

extern template double loss_of_classes<float>(const float*, Index, Index, double, double, float*);
extern template double loss_of_classes<double>(const double*, Index, Index, double, double, double*);

}  // namespace plstm
