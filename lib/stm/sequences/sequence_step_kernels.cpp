// The recurrence of a sequence, step by step. The gates of a step are folded into its query and key first:
//   r[o,t,d] = c sum over j of m[o,j,t] q[d,j]      y_o = sum over t, d of r[o,t,d] C[t,d,:] + sum over l of
//   u[o,l] v_l w[t,l,d] = sum over k of s[t,k,l] k[d,k]        C[t,d,:] = sum over t' of T[t,t'] C[t',d,:] +
//   sum over l of w[t,l,d] v_l u[o,l] = c sum over j, k of D[o,j,k,l] q_j . k_k
#include "core/hot_loops.hpp"
#include "stm/sequences/sequence_kernels.hpp"
#include "stm/shared/head_row.hpp"
#include "stm/shared/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
inline void clear(T* to, std::ptrdiff_t size) {
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] = 0;
}

// to [planes, size] = from [size, planes].
template <class T>
inline void split_planes(const T* from, std::ptrdiff_t size, std::ptrdiff_t planes, T* to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    for (std::ptrdiff_t p = 0; p < planes; ++p) to[p * size + i] = from[i * planes + p];
  }
}

template <class T>
inline void add_joined_planes(const T* from, std::ptrdiff_t size, std::ptrdiff_t planes, T* to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    for (std::ptrdiff_t p = 0; p < planes; ++p) to[i * planes + p] += from[p * size + i];
  }
}

// The inputs of a step with its gates folded in, in scratch memory; planes of one lie where the input does.
template <class T>
struct Step {
  const SequenceView<T>& view;
  T *reads, *writes, *own;            // r [JO, JT, K], w [JT, JV, K], u [JO, JV]
  T *queries, *keys, *values, *dots;  // [JQ, K], [JK, K], [JV, V], q_j . k_k [JQ, JK]
  T* end;
  const T *query, *key, *value;  // the planes
  const T *source, *transition, *mark, *direct;

  Step(const SequenceView<T>& v, T* scratch) : view(v) {
    const auto take = [&](std::ptrdiff_t size) {
      T* taken = scratch;
      scratch += size;
      return taken;
    };
    reads = take(v.jo * v.jt * v.key_width);
    writes = take(v.jt * v.jv * v.key_width);
    own = take(v.jo * v.jv);
    queries = take(v.jq * v.key_width);
    keys = take(v.jk * v.key_width);
    values = take(v.jv * v.value_width);
    dots = take(v.jq * v.jk);
    end = scratch;
  }

  static const T* planes(const T* from, std::ptrdiff_t size, std::ptrdiff_t count, T* to) {
    if (count == 1) return from;
    split_planes(from, size, count, to);
    return to;
  }

  void load(std::ptrdiff_t row, std::ptrdiff_t head) {
    const std::ptrdiff_t width = view.key_width;
    query = planes(at(view.query, row, head), width, view.jq, queries);
    key = planes(at(view.key, row, head), width, view.jk, keys);
    value = planes(at(view.value, row, head), view.value_width, view.jv, values);
    source = at(view.source, row, head);
    transition = at(view.transition, row, head);
    mark = at(view.mark, row, head);
    direct = at(view.direct, row, head);
    clear(reads, view.jo * view.jt * width);
    for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
      for (std::ptrdiff_t j = 0; j < view.jq; ++j) {
        for (std::ptrdiff_t t = 0; t < view.jt; ++t)
          add_scaled(view.scale * mark[(o * view.jq + j) * view.jt + t], query + j * width, width,
                     reads + (o * view.jt + t) * width);
      }
    }
    clear(writes, view.jt * view.jv * width);
    for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
      for (std::ptrdiff_t k = 0; k < view.jk; ++k) {
        for (std::ptrdiff_t l = 0; l < view.jv; ++l)
          add_scaled(source[(t * view.jk + k) * view.jv + l], key + k * width, width,
                     writes + (t * view.jv + l) * width);
      }
    }
    for (std::ptrdiff_t j = 0; j < view.jq; ++j) {
      for (std::ptrdiff_t k = 0; k < view.jk; ++k)
        dots[j * view.jk + k] = dot(query + j * width, key + k * width, width);
    }
    clear(own, view.jo * view.jv);
    each_direct([&](std::ptrdiff_t o, std::ptrdiff_t l, std::ptrdiff_t pair, std::ptrdiff_t i) {
      own[o * view.jv + l] += view.scale * direct[i] * dots[pair];
    });
  }

  // Calls f(o, l, (j, k), (o, j, k, l)) for all direct gates.
  template <class F>
  void each_direct(const F& f) const {
    std::ptrdiff_t i = 0;
    for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
      for (std::ptrdiff_t pair = 0; pair < view.jq * view.jk; ++pair) {
        for (std::ptrdiff_t l = 0; l < view.jv; ++l) f(o, l, pair, i++);
      }
    }
  }

  bool plain() const { return view.jt == 1 && view.jv == 1 && view.jo == 1; }
};

// Row d of the state is read for the output and replaced by what it becomes; all of V.
template <class T>
inline void plain_row(T read, T transition, T write, const T* __restrict value, std::ptrdiff_t size,
                      T* __restrict y, T* __restrict state) {
  for (std::ptrdiff_t v = 0; v < size; ++v) {
    const T c = state[v];
    y[v] += read * c;
    state[v] = transition * c + write * value[v];
  }
}

template <class T>
inline void tracking_row(const Step<T>& step, std::ptrdiff_t d, T* y, T* state, T* old) {
  const SequenceView<T>& view = step.view;
  const std::ptrdiff_t size = view.value_width, plane = view.key_width * size;
  for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
    const T* row = state + t * plane + d * size;
    for (std::ptrdiff_t o = 0; o < view.jo; ++o)
      add_scaled(step.reads[(o * view.jt + t) * view.key_width + d], row, size, y + o * size);
    for (std::ptrdiff_t v = 0; v < size; ++v) old[t * size + v] = row[v];
  }
  for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
    T* row = state + t * plane + d * size;
    clear(row, size);
    for (std::ptrdiff_t from = 0; from < view.jt; ++from)
      add_scaled(step.transition[t * view.jt + from], old + from * size, size, row);
    for (std::ptrdiff_t l = 0; l < view.jv; ++l)
      add_scaled(step.writes[(t * view.jv + l) * view.key_width + d], step.value + l * size, size, row);
  }
}

template <class T>
void forward(const SequenceView<T>& view, const Steps& steps, T* state, T* kept, const HeadRows<T>& output,
             T* scratch) {
  Step<T> step(view, scratch);
  const std::ptrdiff_t size = view.value_width, plane = view.key_width * size;
  T* outputs = step.end;  // [JO, V]
  T* old = outputs + view.jo * size;
  for (std::ptrdiff_t n = 0; n < steps.count; ++n) {
    const std::ptrdiff_t row = steps.first + n;
    step.load(row, steps.head);
    if (kept != nullptr) {
      for (std::ptrdiff_t i = 0; i < view.jt * plane; ++i) kept[n * view.jt * plane + i] = state[i];
    }
    clear(outputs, view.jo * size);
    for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
      for (std::ptrdiff_t l = 0; l < view.jv; ++l)
        add_scaled(step.own[o * view.jv + l], step.value + l * size, size, outputs + o * size);
    }
    if (step.plain()) {
      for (std::ptrdiff_t d = 0; d < view.key_width; ++d)
        plain_row(step.reads[d], step.transition[0], step.writes[d], step.value, size, outputs,
                  state + d * size);
    } else {
      for (std::ptrdiff_t d = 0; d < view.key_width; ++d) tracking_row(step, d, outputs, state, old);
    }
    if (output.data == nullptr) continue;
    T* y = at(output, row, steps.head);
    for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
      for (std::ptrdiff_t v = 0; v < size; ++v) y[v * view.jo + o] = outputs[o * size + v];
    }
  }
}

// Adjoints of what a step folds, in scratch memory.
template <class T>
struct StepAdjoints {
  T *reads, *writes, *own, *transition;  // as in Step, and [JT, JT]
  T *queries, *keys, *values, *outputs;  // planes; outputs [JO, V]: gradient that comes in
  T* end;

  StepAdjoints(const SequenceView<T>& v, T* scratch) {
    const auto take = [&](std::ptrdiff_t size) {
      T* taken = scratch;
      scratch += size;
      return taken;
    };
    reads = take(v.jo * v.jt * v.key_width);
    writes = take(v.jt * v.jv * v.key_width);
    own = take(v.jo * v.jv);
    transition = take(v.jt * v.jt);
    queries = take(v.jq * v.key_width);
    keys = take(v.jk * v.key_width);
    values = take(v.jv * v.value_width);
    outputs = take(v.jo * v.value_width);
    end = scratch;
  }
};

// Row d: adjoints of r, w, T and v, and the adjoint of the state before the step.
template <class T>
inline void plain_row_backward(T read, T transition, T write, const T* __restrict value,
                               const T* __restrict dy, const T* __restrict state, std::ptrdiff_t size,
                               T* __restrict adjoint, T* __restrict dvalue, T* dread, T* dwrite,
                               T* dtransition) {
  *dread = dot(dy, state, size);
  *dwrite = dot(value, static_cast<const T*>(adjoint), size);
  *dtransition += dot(static_cast<const T*>(adjoint), state, size);
  for (std::ptrdiff_t v = 0; v < size; ++v) {
    const T a = adjoint[v];
    dvalue[v] += write * a;
    adjoint[v] = transition * a + read * dy[v];
  }
}

template <class T>
inline void tracking_row_backward(const Step<T>& step, const StepAdjoints<T>& d, const T* dy,
                                  std::ptrdiff_t row, const T* state, T* adjoint, T* old) {
  const SequenceView<T>& view = step.view;
  const std::ptrdiff_t size = view.value_width, width = view.key_width, plane = width * size;
  for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
    const T* c = state + t * plane + row * size;
    const T* a = adjoint + t * plane + row * size;
    for (std::ptrdiff_t o = 0; o < view.jo; ++o)
      d.reads[(o * view.jt + t) * width + row] = dot(dy + o * size, c, size);
    for (std::ptrdiff_t l = 0; l < view.jv; ++l) {
      d.writes[(t * view.jv + l) * width + row] = dot(step.value + l * size, a, size);
      add_scaled(step.writes[(t * view.jv + l) * width + row], a, size, d.values + l * size);
    }
    for (std::ptrdiff_t from = 0; from < view.jt; ++from)
      d.transition[t * view.jt + from] += dot(a, state + from * plane + row * size, size);
    for (std::ptrdiff_t v = 0; v < size; ++v) old[t * size + v] = a[v];
  }
  for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
    T* a = adjoint + t * plane + row * size;
    clear(a, size);
    for (std::ptrdiff_t to = 0; to < view.jt; ++to)
      add_scaled(step.transition[to * view.jt + t], old + to * size, size, a);
    for (std::ptrdiff_t o = 0; o < view.jo; ++o)
      add_scaled(step.reads[(o * view.jt + t) * width + row], dy + o * size, size, a);
  }
}

// From the adjoints of what was folded to those of the inputs.
template <class T>
inline void unfold(const Step<T>& step, const StepAdjoints<T>& d, const SequenceGradientView<T>& gradients,
                   std::ptrdiff_t row, std::ptrdiff_t head) {
  const SequenceView<T>& view = step.view;
  const std::ptrdiff_t width = view.key_width;
  clear(d.queries, view.jq * width);
  clear(d.keys, view.jk * width);
  T* dmark = at(gradients.mark, row, head);
  for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
    for (std::ptrdiff_t j = 0; j < view.jq; ++j) {
      for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
        const std::ptrdiff_t i = (o * view.jq + j) * view.jt + t;
        const T* dread = d.reads + (o * view.jt + t) * width;
        dmark[i] += view.scale * dot(dread, step.query + j * width, width);
        add_scaled(view.scale * step.mark[i], dread, width, d.queries + j * width);
      }
    }
  }
  T* dsource = at(gradients.source, row, head);
  for (std::ptrdiff_t t = 0; t < view.jt; ++t) {
    for (std::ptrdiff_t k = 0; k < view.jk; ++k) {
      for (std::ptrdiff_t l = 0; l < view.jv; ++l) {
        const std::ptrdiff_t i = (t * view.jk + k) * view.jv + l;
        const T* dwrite = d.writes + (t * view.jv + l) * width;
        dsource[i] += dot(dwrite, step.key + k * width, width);
        add_scaled(step.source[i], dwrite, width, d.keys + k * width);
      }
    }
  }
  T* ddirect = at(gradients.direct, row, head);
  step.each_direct([&](std::ptrdiff_t o, std::ptrdiff_t l, std::ptrdiff_t pair, std::ptrdiff_t i) {
    const T down = view.scale * d.own[o * view.jv + l];
    const T* q = step.query + pair / view.jk * width;
    const T* k = step.key + pair % view.jk * width;
    ddirect[i] += down * step.dots[pair];
    add_scaled(down * step.direct[i], k, width, d.queries + pair / view.jk * width);
    add_scaled(down * step.direct[i], q, width, d.keys + pair % view.jk * width);
  });
  T* dtransition = at(gradients.transition, row, head);
  for (std::ptrdiff_t i = 0; i < view.jt * view.jt; ++i) dtransition[i] += d.transition[i];
  add_joined_planes(d.queries, width, view.jq, at(gradients.query, row, head));
  add_joined_planes(d.keys, width, view.jk, at(gradients.key, row, head));
  add_joined_planes(d.values, view.value_width, view.jv, at(gradients.value, row, head));
}

template <class T>
void backward(const SequenceView<T>& view, const Steps& steps, const T* states, T* adjoint,
              const HeadRows<const T>& output_gradient, const SequenceGradientView<T>& gradients,
              T* scratch) {
  Step<T> step(view, scratch);
  const StepAdjoints<T> d(view, step.end);
  const std::ptrdiff_t size = view.value_width, plane = view.key_width * size;
  for (std::ptrdiff_t n = steps.count - 1; n >= 0; --n) {
    const std::ptrdiff_t row = steps.first + n;
    const T* state = states + n * view.jt * plane;
    step.load(row, steps.head);
    const T* dy = Step<T>::planes(at(output_gradient, row, steps.head), size, view.jo, d.outputs);
    clear(d.values, view.jv * size);
    clear(d.transition, view.jt * view.jt);
    for (std::ptrdiff_t o = 0; o < view.jo; ++o) {
      for (std::ptrdiff_t l = 0; l < view.jv; ++l) {
        d.own[o * view.jv + l] = dot(dy + o * size, step.value + l * size, size);
        add_scaled(step.own[o * view.jv + l], dy + o * size, size, d.values + l * size);
      }
    }
    for (std::ptrdiff_t i = 0; i < view.key_width; ++i) {
      if (step.plain()) {
        plain_row_backward(step.reads[i], step.transition[0], step.writes[i], step.value, dy,
                           state + i * size, size, adjoint + i * size, d.values, d.reads + i, d.writes + i,
                           d.transition);
      } else {
        tracking_row_backward(step, d, dy, i, state, adjoint, d.end);
      }
    }
    unfold(step, d, gradients, row, steps.head);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
SequenceStepKernels<T> SequenceStepKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.steps_forward = isa::forward<T>, .steps_backward = isa::backward<T>};
}

template SequenceStepKernels<float> SequenceStepKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template SequenceStepKernels<double> SequenceStepKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
