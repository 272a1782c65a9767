#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/scratch.hpp>
#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/slots.hpp>

namespace plstm {

/// The gradient of a matrix: no memory until something is written to it, see Tape::gradient_to_write.
template <class T>
struct Gradient {
  T* data = nullptr;
  Index capacity = 0;
  bool written = false;
  bool shares_value = false;  ///< of a Var that Tape::make_over made
};

/// A matrix on a tape: row-major values and, while gradients are recorded, a gradient of the same shape. A
/// view: it dies with the next Tape::start.
template <class T>
struct Var {
  T* value = nullptr;
  Gradient<T>* gradient = nullptr;  ///< null: nothing needs it
  Index rows = 0;
  Index cols = 0;
  const T* transposed = nullptr;  ///< [cols, rows], of matrices of parameters if the tape was given them

  Index size() const noexcept { return rows * cols; }
  MatrixMap<T> matrix() const { return {value, rows, cols}; }
};

/// Where a rule leaves its share of a gradient: the first one replaces what the memory held, later ones add.
template <class T>
struct GradientPlace {
  T* data;
  Store store;
};

/// Memory handed out piece by piece and taken back all at once; what a first pass needed, the next ones
/// reuse.
class Arena {
 public:
  /// `bytes` of memory aligned to 64, not initialised.
  void* allocate(std::size_t bytes);

  /// How much has been handed out.
  struct Mark {
    std::size_t chunk;
    std::size_t used;
  };
  Mark mark() const noexcept { return end_; }
  /// What was handed out after `mark` becomes invalid; the memory is kept.
  void rewind(Mark mark = {0, 0}) noexcept { end_ = mark; }
  /// Takes everything back and joins the memory to one piece, which serves passes that ask for other sizes, too.
  void rewind_and_join();
  /// Whether it is memory of this arena.
  bool contains(const void* memory) const noexcept;

 private:
  std::vector<AlignedBuffer<std::byte>> chunks_;
  Mark end_{0, 0};
  std::size_t handed_out_ = 0;  // since memory was joined
};

/// What a pass over a model is for.
struct TapeOptions {
  bool gradients = false;                   ///< record what backward() needs
  bool training = false;                    ///< dropout and drop-path are active
  std::uint64_t seed = 0;                   ///< of dropout and drop-path
  Precision precision = Precision::kFloat;  ///< of the products of linear maps, also backwards
  /// Entries of a result from which on Tape::recomputed() keeps nothing else. A smaller one is a matter of caches.
  Index recompute_from = Index{1} << 23;
};

/// Records a computation on matrices so that it can be run backwards. Operations are free functions that take
/// the tape first, compute at once, and leave a closure with their gradient rule. Use from one thread; reuse
/// for the next pass: memory is kept, so that passes of equal size allocate nothing.
///
/// Gradients are never zeroed ahead: the first rule that writes one replaces it, later ones add. While the tape
/// runs backwards, a gradient has memory from its first write until the rule that reads it is done. So few
/// gradients are alive at once, and their memory stays in cache. Large values give their memory to gradients as soon as
/// no rule will read them any more, so that a pass over a large graph needs little more than its values: what
/// backward() leaves in large matrices means nothing.
///
/// The tape knows no operator. What an operator keeps between its passes lies in typed slots, see workspace()
/// and state().
template <class T>
class Tape {
 public:
  /// Forgets the previous pass. `values` and `gradients` are flat arrays in `layout` that outlive the pass;
  /// `transposed`, if not null, holds what transpose_parameters makes of the values, once for many passes.
  /// `gradients` are overwritten by backward(), padding with zero, and may be null if options.gradients
  /// is false. Throws ConfigError if an array that the pass needs is null.
  void start(const ParameterLayout& layout, const T* values, T* gradients, const TapeOptions& options,
             const T* transposed = nullptr);

  bool records() const noexcept { return options_.gradients; }
  bool training() const noexcept { return options_.training; }
  Precision precision() const noexcept { return options_.precision; }
  Random& random() noexcept { return random_; }

  /// The W of this tape, for what an operator needs while it runs, or for settings of its calls. It is made by its
  /// default constructor at the first request and kept as long as the tape: start() does not change it.
  template <class W>
  W& workspace() {
    return slots_.workspace<W>();
  }

  /// One more S in this pass, for what a call keeps from its forward to its backward pass. The n-th request of a pass
  /// gets the object that the n-th request of the previous pass got, so that its memory is reused: the caller
  /// overwrites what it finds there. References stay valid as long as the tape.
  template <class S>
  S& state() {
    return slots_.state<S>();
  }

  /// A new matrix whose values the caller fills.
  Var<T> make(Index rows, Index cols);

  /// A new matrix in the memory of the values of x, which the caller overwrites. No rule may read the values of x, not
  /// even that of the operation that made x.
  Var<T> make_over(const Var<T>& x);

  /// A new matrix that needs no gradient.
  Var<T> make_constant(Index rows, Index cols) { return {keep<T>(rows * cols), nullptr, rows, cols}; }

  /// A matrix that lies outside the tape and needs no gradient. Must outlive the pass.
  Var<T> constant(const T* values, Index rows, Index cols) {
    return {const_cast<T*>(values), nullptr, rows, cols};
  }

  /// A parameter as a matrix [first dimension, product of the others]; one of one dimension as [1, size].
  Var<T> parameter(ParameterId id);

  /// The value of body(), a Var, computed without keeping what body makes on the way, if no gradients are
  /// recorded. Otherwise just body().
  template <class Body>
  Var<T> without_traces(Index rows, Index cols, const Body& body) {
    if (options_.gradients) return body();
    const Var<T> result = make_constant(rows, cols);
    const Arena::Mark mark = arena().mark();
    const Var<T> value = body();
    std::copy_n(value.value, result.size(), result.value);
    arena().rewind(mark);
    return result;
  }

  /// The value of body(), a Var of this shape, such as a branch of a network on a large graph. If it has
  /// TapeOptions::recompute_from entries or more, nothing of what body makes on the way is kept but what lies in state().
  /// backward() calls body again, with the same random numbers, before it runs the rules of body. Values and gradients
  /// have the same bits. The memory is that of one branch at a time, the price a second forward pass of the branch.
  /// Otherwise this is just body(), also inside of another recomputed().
  ///
  /// body is kept until backward(). It must be trivially destructible, what it refers to must outlive the pass, and what
  /// it reads of this tape was made before.
  template <class Body>
  Var<T> recomputed(Index rows, Index cols, const Body& body) {
    if (in_branch_ || rows * cols < options_.recompute_from) return body();
    const Var<T> result = make(rows, cols);
    const Random before = random_;
    const bool gradients = std::exchange(options_.gradients, false);
    in_branch_ = true;
    const Var<T> value = body();
    std::copy_n(value.value, result.size(), result.value);
    branch_arena_.rewind_and_join();
    in_branch_ = false;
    options_.gradients = gradients;
    on_backward(result, [this, body, before, size = result.size()](const T* dy) {
      const Random after = start_branch(before);
      const std::size_t first_rule = rules_.size();
      const Var<T> made = body();
      if (made.gradient != nullptr) {
        const auto [gradient, store] = gradient_to_write(made);
        if (store == Store::kReplace) {
          std::copy_n(dy, size, gradient);
        } else {
          std::transform(dy, dy + size, gradient, gradient, std::plus<T>());
        }
      }
      end_branch(first_rule, after);
    });
    return result;
  }

  /// Memory until the next start, for what a gradient rule keeps; not initialised.
  template <class U>
  U* keep(Index size) {
    static_assert(std::is_trivially_destructible_v<U>);
    return static_cast<U*>(arena().allocate(static_cast<std::size_t>(size) * sizeof(U)));
  }

  /// Takes back what keep() gave, from a rule that is the last to read it: gradients may use it if it is large.
  void release(T* memory, Index size);

  /// The gradient of a Var that has one, to add to; zero if nothing was written so far. Throws ConfigError if the
  /// Var has none: the tape records no gradients, or the Var is a constant.
  T* gradient(const Var<T>& var);
  MatrixMap<T> gradient_matrix(const Var<T>& var) { return {gradient(var), var.rows, var.cols}; }

  /// The same for a rule that writes every entry: it adds to what is there if `store` says so, else replaces it.
  GradientPlace<T> gradient_to_write(const Var<T>& var);

  /// Calls `rule(dy)` with the gradient of `y`, which the rule's operation made, when the tape runs
  /// backwards. A gradient that nothing has written is zero, and its rule is not called. The rule is the last
  /// to need dy and may use its memory. Does nothing unless gradients are recorded and y has one. The closure
  /// must be trivially destructible: capture Vars, pointers and numbers by value, the tape by address.
  template <class F>
  void on_backward(const Var<T>& y, const F& rule) {
    static_assert(std::is_trivially_destructible_v<F> && alignof(F) <= 64);
    if (!options_.gradients || y.gradient == nullptr) return;
    rules_.push_back({new (arena().allocate(sizeof(F))) F(rule),
                      [](const void* f, T* dy) { (*static_cast<const F*>(f))(dy); }, y.gradient, y.value,
                      y.size()});
  }

  /// Runs the recorded rules in reverse. The caller has filled the gradient of the result first.
  void backward();

 private:
  struct Rule {
    const void* closure;
    void (*call)(const void*, T*);
    Gradient<T>* gradient;
    T* value;
    Index size;
  };
  // Memory that is lent to gradients. It knows nothing of the gradients that had it.
  struct Piece {
    T* data;
    Index capacity;
  };
  // What the body of recomputed() makes lies apart, in memory that all bodies use one after the other.
  Arena& arena() noexcept { return in_branch_ ? branch_arena_ : arena_; }
  std::vector<Piece>& free_of(const void* memory) noexcept {
    return in_branch_ && branch_arena_.contains(memory) ? branch_free_ : free_;
  }
  Random start_branch(const Random& before);
  void end_branch(std::size_t first_rule, const Random& after);
  void run_rules(std::size_t first_rule);
  Piece borrow(const Gradient<T>& place, Index size);

  const ParameterLayout* layout_ = nullptr;
  const T* values_ = nullptr;
  const T* transposed_ = nullptr;
  TapeOptions options_;
  Random random_{0};
  Arena arena_;
  std::vector<Rule> rules_;
  std::vector<Gradient<T>> parameter_gradients_;  // in the order of the layout
  std::vector<Piece> free_;                       // of gradients that have been read, and of large values
  bool in_branch_ = false;                        // the body of recomputed() or its rules are running
  Arena branch_arena_;
  std::vector<Piece> branch_free_;
  Slots slots_;
};

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace plstm
