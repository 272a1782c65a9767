#pragma once

#include <cstddef>

#include "stm/sequences/sequence_kernels.hpp"
#include "stm/shared/head_row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

// Widths of the state-tracking dimensions in hot files: any, or all known to be 1.
struct AnyWidths {
  std::ptrdiff_t t, k, l, o, j;

  std::ptrdiff_t jt() const { return t; }
  std::ptrdiff_t jk() const { return k; }
  std::ptrdiff_t jv() const { return l; }
  std::ptrdiff_t jo() const { return o; }
  std::ptrdiff_t jq() const { return j; }
  std::ptrdiff_t kl() const { return k * l; }
  std::ptrdiff_t oj() const { return o * j; }
};

struct PlainWidths {
  static constexpr std::ptrdiff_t jt() { return 1; }
  static constexpr std::ptrdiff_t jk() { return 1; }
  static constexpr std::ptrdiff_t jv() { return 1; }
  static constexpr std::ptrdiff_t jo() { return 1; }
  static constexpr std::ptrdiff_t jq() { return 1; }
  static constexpr std::ptrdiff_t kl() { return 1; }
  static constexpr std::ptrdiff_t oj() { return 1; }
};

template <class T, class F>
inline void with_widths(const SequenceView<T>& view, const F& f) {
  if (view.jt == 1 && view.jk == 1 && view.jv == 1 && view.jo == 1 && view.jq == 1) {
    f(PlainWidths{});
  } else {
    f(AnyWidths{view.jt, view.jk, view.jv, view.jo, view.jq});
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
