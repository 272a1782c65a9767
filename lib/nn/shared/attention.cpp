#include "plstm/nn/shared/attention.hpp"

#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>

#include "core/dispatch.hpp"
#include "nn/shared/attention_kernels.hpp"

namespace plstm {

namespace {

// Queries, keys or values of one sample and head inside [B * N, 3 * D], or a part of [B * N, D].
template <class T>
struct HeadViews {
  Index positions, width, head_width;

  MatrixView<T> in(T* matrix, Index parts, Index part, Index sample, Index head) const {
    const Index stride = parts * width;
    return {matrix + sample * positions * stride + part * width + head * head_width, positions, head_width,
            stride};
  }
};

}  // namespace

template <class T>
Var<T> self_attention(Tape<T>& tape, Var<T> qkv, Index samples, Index heads) {
  if (samples < 0 || heads < 1 || qkv.cols % (3 * heads) != 0 ||
      (samples == 0 ? qkv.rows != 0 : qkv.rows % samples != 0)) {
    throw ShapeError(
        fmt::format("self_attention: qkv [{}, {}] does not divide into {} samples and 3 x {} heads", qkv.rows,
                    qkv.cols, samples, heads));
  }
  const Index n = samples == 0 ? 0 : qkv.rows / samples;
  const HeadViews<const T> read{n, qkv.cols / 3, qkv.cols / 3 / heads};
  const HeadViews<T> write{n, read.width, read.head_width};
  const T scale = T(1) / std::sqrt(static_cast<T>(std::max<Index>(1, read.head_width)));
  const Var<T> y = tape.make(qkv.rows, read.width);
  T* weights = tape.template keep<T>(n * n);
  T* extremes = tape.template keep<T>(samples * heads * n * 2);
  const AttentionKernels<T>& k = kernels<AttentionKernels<T>>();
  const MatrixView<T> scores{weights, n, n, n};
  const MatrixView<const T> probabilities{weights, n, n, n};
  for (Index b = 0; b < samples; ++b) {
    for (Index h = 0; h < heads; ++h) {
      multiply<T>(read.in(qkv.value, 3, 0, b, h), Transpose::kNo, read.in(qkv.value, 3, 1, b, h),
                  Transpose::kYes, scores, Store::kReplace);
      k.softmax(n, n, scale, weights, extremes + (b * heads + h) * n * 2);
      multiply<T>(probabilities, Transpose::kNo, read.in(qkv.value, 3, 2, b, h), Transpose::kNo,
                  write.in(y.value, 1, 0, b, h), Store::kReplace);
    }
  }
  if (!tape.records()) return y;
  T* inner = tape.template keep<T>(n * n);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (qkv.gradient == nullptr) return;
    const auto [dqkv, store] = tape.gradient_to_write(qkv);
    const MatrixView<T> to_inner{inner, n, n, n};
    const MatrixView<const T> from_inner{inner, n, n, n};
    for (Index b = 0; b < samples; ++b) {
      for (Index h = 0; h < heads; ++h) {
        const MatrixView<const T> query = read.in(qkv.value, 3, 0, b, h),
                                  key = read.in(qkv.value, 3, 1, b, h),
                                  value = read.in(qkv.value, 3, 2, b, h), out = read.in(dy, 1, 0, b, h);
        multiply<T>(query, Transpose::kNo, key, Transpose::kYes, scores, Store::kReplace);
        k.softmax_again(n, n, scale, weights, extremes + (b * heads + h) * n * 2);
        multiply<T>(probabilities, Transpose::kYes, out, Transpose::kNo, write.in(dqkv, 3, 2, b, h), store);
        multiply<T>(out, Transpose::kNo, value, Transpose::kYes, to_inner, Store::kReplace);
        k.softmax_backward(n, n, scale, weights, inner);
        multiply<T>(from_inner, Transpose::kNo, key, Transpose::kNo, write.in(dqkv, 3, 0, b, h), store);
        multiply<T>(from_inner, Transpose::kYes, query, Transpose::kNo, write.in(dqkv, 3, 1, b, h), store);
      }
    }
  });
  return y;
}

AttentionLayer add_attention(ParameterLayout& layout, const std::string& name, Index width, Index heads) {
  if (width < 1 || heads < 1 || width % heads != 0) {
    throw ConfigError(fmt::format("attention: width {} must be a positive multiple of the number of heads {}",
                                  width, heads));
  }
  return {heads, add_linear(layout, name + ".qkv", width, 3 * width, true),
          add_linear(layout, name + ".proj", width, width, true)};
}

template <class T>
Var<T> apply(Tape<T>& tape, const AttentionLayer& layer, Var<T> x, Index samples) {
  return apply(tape, layer.proj, self_attention(tape, apply(tape, layer.qkv, x), samples, layer.heads));
}

#define PLSTM_INSTANTIATE(T)                                         \
  template Var<T> self_attention<T>(Tape<T>&, Var<T>, Index, Index); \
  template Var<T> apply<T>(Tape<T>&, const AttentionLayer&, Var<T>, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
