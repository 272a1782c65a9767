#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/scratch.hpp>
#include <plstm/nn/parameters.hpp>
#include <plstm/stm/operator.hpp>

namespace plstm {

/// A matrix on a tape: row-major values and, while gradients are recorded, a gradient of the same shape that
/// operations add to. A view: it dies with the next Tape::start.
template <class T>
struct Var {
  T* value = nullptr;
  T* gradient = nullptr;  ///< null: nothing needs it
  Index rows = 0;
  Index cols = 0;

  Index size() const noexcept { return rows * cols; }
  MatrixMap<T> matrix() const { return {value, rows, cols}; }
  MatrixMap<T> gradient_matrix() const { return {gradient, rows, cols}; }
};

/// Memory handed out piece by piece and taken back all at once; what a first pass needed, the next ones
/// reuse.
class Arena {
 public:
  /// `bytes` of memory aligned to 64, not initialised.
  void* allocate(std::size_t bytes);
  /// Everything handed out becomes invalid; the memory is kept.
  void rewind() noexcept {
    chunk_ = 0;
    used_ = 0;
  }

 private:
  std::vector<AlignedBuffer<std::byte>> chunks_;
  std::size_t chunk_ = 0;
  std::size_t used_ = 0;
};

/// What a pass over a model is for.
struct TapeOptions {
  bool gradients = false;  ///< record what backward() needs
  bool training = false;   ///< dropout and drop-path are active
  std::uint64_t seed = 0;  ///< of dropout and drop-path
};

/// Records a computation on matrices so that it can be run backwards. Operations are free functions that take
/// the tape first, compute at once, and leave a closure with their gradient rule. Use from one thread; reuse
/// for the next pass: memory is kept, so that passes of equal size allocate nothing.
template <class T>
class Tape {
 public:
  /// Forgets the previous pass. `values` and `gradients` are flat arrays in `layout` that outlive the pass;
  /// `gradients` are added to, and may be null if options.gradients is false.
  void start(const ParameterLayout& layout, const T* values, T* gradients, const TapeOptions& options);

  bool records() const noexcept { return options_.gradients; }
  bool training() const noexcept { return options_.training; }
  Random& random() noexcept { return random_; }
  StmWorkspace<T>& stm_workspace() noexcept { return stm_workspace_; }

  /// A new matrix whose values the caller fills; its gradient is zero.
  Var<T> make(Index rows, Index cols);

  /// A matrix that lies outside the tape and needs no gradient. Must outlive the pass.
  Var<T> constant(const T* values, Index rows, Index cols) {
    return {const_cast<T*>(values), nullptr, rows, cols};
  }

  /// A parameter as a matrix [first dimension, product of the others]; one of one dimension as [1, size].
  Var<T> parameter(ParameterId id);

  /// Memory until the next start, for what a gradient rule keeps; not initialised.
  template <class U>
  U* keep(Index size) {
    static_assert(std::is_trivially_destructible_v<U>);
    return static_cast<U*>(arena_.allocate(static_cast<std::size_t>(size) * sizeof(U)));
  }

  /// Calls `rule()` when the tape runs backwards. Does nothing unless gradients are recorded. The closure
  /// must be trivially destructible: capture Vars, pointers and numbers by value.
  template <class F>
  void on_backward(const F& rule) {
    static_assert(std::is_trivially_destructible_v<F> && alignof(F) <= 64);
    if (!options_.gradients) return;
    rules_.push_back(
        {new (arena_.allocate(sizeof(F))) F(rule), [](const void* f) { (*static_cast<const F*>(f))(); }});
  }

  /// Runs the recorded rules in reverse. The caller has filled the gradient of the result first.
  void backward();

 private:
  struct Rule {
    const void* closure;
    void (*call)(const void*);
  };

  const ParameterLayout* layout_ = nullptr;
  const T* values_ = nullptr;
  T* gradients_ = nullptr;
  TapeOptions options_;
  Random random_{0};
  Arena arena_;
  std::vector<Rule> rules_;
  StmWorkspace<T> stm_workspace_;
};

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace plstm
