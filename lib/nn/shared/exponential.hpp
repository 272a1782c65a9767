#pragma once

#include <cmath>
#include <cstdint>

// exp, sigma and tanh for the hot files of the layers.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

// exp for float, branch-free so that it vectorises: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (minimax,
// relative error 3e-9 before rounding). Arguments are clamped to the range of normal results; NaN stays NaN.
inline float exponential(float x) {
  constexpr float kLog2E = 1.44269504088896341f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  float clamped = x < -87.3f ? -87.3f : x;
  clamped = clamped > 88.3f ? 88.3f : clamped;
  const auto exponent = static_cast<std::int32_t>(clamped * kLog2E + (clamped < 0 ? -0.5f : 0.5f));
  const auto n = static_cast<float>(exponent);
  const float r = (clamped - n * kLn2High) - n * kLn2Low;
  float p = 0.00138146024f;
  p = p * r + 0.00836871350f;
  p = p * r + 0.0416683878f;
  p = p * r + 0.166665207f;
  p = p * r + 0.499999934f;
  p = (p * r * r + r) + 1.0f;
  union {
    std::int32_t bits;
    float value;
  } power;
  power.bits = (exponent + 127) << 23;
  return p * power.value;
}
inline double exponential(double x) {
  return std::exp(x);
}

template <class T>
inline T sigmoid(T x) {
  return T(1) / (T(1) + exponential(-x));
}

inline float hyperbolic_tangent(float x) {
  const float magnitude = x < 0 ? -x : x;
  // Near zero 1 - 2 / (e^2x + 1) cancels; the odd series takes over there.
  const float far = 1.0f - 2.0f / (exponential(2.0f * magnitude) + 1.0f);
  const float square = x * x;
  const float near =
      magnitude * (1.0f + square * (-0.333333333f + square * (0.133333333f + square * -0.0539682540f)));
  // Chosen by bits: a condition would become a branch, and the loop around it scalar.
  union Bits {
    float value;
    std::int32_t bits;
  } close{near}, distant{far};
  const std::int32_t chosen = -static_cast<std::int32_t>(magnitude < 0.15f);
  close.bits = (close.bits & chosen) | (distant.bits & ~chosen);
  return x < 0 ? -close.value : close.value;
}
inline double hyperbolic_tangent(double x) {
  return std::tanh(x);
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
