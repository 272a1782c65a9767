#include "loss_terms.hpp"

#include <algorithm>
#include <cmath>

namespace plstm {
namespace {

double sign(double value) {
  return static_cast<double>(value > 0) - static_cast<double>(value < 0);
}

// log(1 + e^z); nothing overflows.
double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));  // in (0, 1]
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

Slope squared_error(double p, double y) {
  return {(p - y) * (p - y), 2 * (p - y)};
}

Slope absolute_error(double p, double y) {
  return {std::abs(p - y), sign(p - y)};
}

Slope huber(double p, double y, double threshold) {
  const double error = p - y;
  if (std::abs(error) <= threshold) return squared_error(p, y);
  return {threshold * (2 * std::abs(error) - threshold), 2 * threshold * sign(error)};
}

Slope quantile(double p, double y, double q) {
  if (p < y) return {q * (y - p), -q};
  return {(1 - q) * (p - y), p > y ? 1 - q : 0};
}

Slope binary_cross_entropy(double p, double y) {
  const double e = std::exp(-std::abs(p));  // in (0, 1]: nothing overflows
  const double probability = p >= 0 ? 1 / (1 + e) : e / (1 + e);
  return {std::max(p, 0.0) - y * p + std::log1p(e), probability - y};
}

// Of the right answer's logit z: (1 - s)^gamma softplus(-z), s = sigmoid(z). The logarithm of 1 - s is -softplus(z).
Slope focal_of_answer(double z, double gamma) {
  const double entropy = softplus(-z), probability = sigmoid(z);
  const double share = std::exp(-gamma * softplus(z));
  return {share * entropy, -share * (gamma * probability * entropy + sigmoid(-z))};
}

Slope focal(double p, double y, double gamma) {
  if (y == 1) return focal_of_answer(p, gamma);
  const Slope no = focal_of_answer(-p, gamma);
  if (y == 0) return {no.loss, -no.derivative};
  const Slope yes = focal_of_answer(p, gamma);
  return {y * yes.loss + (1 - y) * no.loss, y * yes.derivative - (1 - y) * no.derivative};
}

}  // namespace

Slope loss_slope(LossKind kind, double parameter, double p, double y) {
  switch (kind) {
    case LossKind::kSquaredError:
      return squared_error(p, y);
    case LossKind::kAbsoluteError:
      return absolute_error(p, y);
    case LossKind::kHuber:
      return huber(p, y, parameter);
    case LossKind::kQuantile:
      return quantile(p, y, parameter);
    case LossKind::kFocal:
      return focal(p, y, parameter);
    default:
      return binary_cross_entropy(p, y);
  }
}

template <class T>
double loss_of_classes(const T* logits, Index classes, Index label, double gamma, double scale, T* gradient) {
  const auto largest = static_cast<double>(*std::max_element(logits, logits + classes));
  double sum = 0, others = 0;
  for (Index c = 0; c < classes; ++c) {
    const double term = std::exp(static_cast<double>(logits[c]) - largest);
    sum += term;
    if (c != label) others += term;
  }
  const double entropy = std::log(sum) + (largest - static_cast<double>(logits[label]));
  // The loss is m(others) entropy with m(r) = r^gamma, where r is 1 - the probability of the label. Its slope by the
  // logarithm of that probability multiplies what cross-entropy passes to the logits.
  double share = 1, slope = 1;
  if (gamma > 0) {
    const double rest = others / sum;
    share = std::pow(rest, gamma);
    slope = rest > 0 || std::isnan(rest) ? share + gamma * share / rest * (1 - rest) * entropy : 0;
  }
  for (Index c = 0; c < classes; ++c) {
    const double softmax = std::exp(static_cast<double>(logits[c]) - largest) / sum;
    gradient[c] = static_cast<T>(scale * slope * (softmax - (c == label ? 1.0 : 0.0)));
  }
  return share * entropy;
}

template double loss_of_classes<float>(const float*, Index, Index, double, double, float*);
template double loss_of_classes<double>(const double*, Index, Index, double, double, double*);

}  // namespace plstm
