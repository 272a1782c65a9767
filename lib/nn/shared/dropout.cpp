#include "plstm/nn/shared/dropout.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

namespace {

void check_probability(const char* what, double probability) {
  if (!(probability >= 0 && probability < 1)) {
    throw ConfigError(fmt::format("{}: probability is {}, expected 0 <= probability < 1", what, probability));
  }
}

// y = x * factor with factors in {0, 1 / keep}, each for `offsets[g+1] - offsets[g]` rows.
template <class T, class RowsOf>
Var<T> mask_rows(Tape<T>& tape, Var<T> x, Index samples, Index width, const RowsOf& rows_of,
                 double probability) {
  Var<T> y = tape.make(x.rows, x.cols);
  T* factors = tape.template keep<T>(samples);
  const T kept = static_cast<T>(1.0 / (1.0 - probability));
  for (Index g = 0; g < samples; ++g) {
    factors[g] = tape.random().uniform() < probability ? T(0) : kept;
    for (Index i = rows_of(g) * width; i < rows_of(g + 1) * width; ++i) y.value[i] = x.value[i] * factors[g];
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for (Index g = 0; g < samples; ++g) {
      for (Index i = rows_of(g) * width; i < rows_of(g + 1) * width; ++i) dx[i] += dy[i] * factors[g];
    }
  });
  return y;
}

}  // namespace

template <class T>
Var<T> dropout(Tape<T>& tape, Var<T> x, double probability) {
  check_probability("dropout", probability);
  if (!tape.training() || probability == 0) return x;
  return mask_rows(
      tape, x, x.size(), 1, [](Index i) { return i; }, probability);
}

template <class T>
Var<T> drop_path(Tape<T>& tape, Var<T> x, const std::int32_t* row_offsets, Index samples,
                 double probability) {
  check_probability("drop_path", probability);
  check_shape("drop_path", "x", {x.rows, x.cols}, {row_offsets[samples], x.cols});
  if (!tape.training() || probability == 0) return x;
  return mask_rows(
      tape, x, samples, x.cols, [row_offsets](Index g) { return Index{row_offsets[g]}; }, probability);
}

double drop_path_of_block(double last, Index i, Index blocks) {
  return blocks == 1 ? last : last * static_cast<double>(i) / static_cast<double>(blocks - 1);
}

#define PLSTM_INSTANTIATE(T)                            \
  template Var<T> dropout<T>(Tape<T>&, Var<T>, double); \
  template Var<T> drop_path<T>(Tape<T>&, Var<T>, const std::int32_t*, Index, double);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
