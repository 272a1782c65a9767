#include "plstm/nn/autodiff/tape.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

// Entries of matrices that no cache holds anyway. Their memory is saved where that is possible.
constexpr Index kLarge = Index{1} << 20;

constexpr Index kAlignedEntries = 16;  // 64 bytes or more
}  // namespace

void* Arena::allocate(std::size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  while (end_.chunk < chunks_.size() && end_.used + bytes > chunks_[end_.chunk].capacity()) {
    ++end_.chunk;
    end_.used = 0;
  }
  if (end_.chunk == chunks_.size()) {
    chunks_.emplace_back();
    chunks_.back().reserve(std::max(bytes, kChunkBytes));
  }
  std::byte* memory = chunks_[end_.chunk].data() + end_.used;
  end_.used += bytes;
  handed_out_ += bytes;
  return memory;
}

void Arena::rewind_and_join() {
  if (chunks_.size() > 1) {
    chunks_.clear();  // first, so that both are never there at once
    chunks_.emplace_back().reserve(handed_out_);
  }
  end_ = {0, 0};
  handed_out_ = 0;
}

bool Arena::contains(const void* memory) const noexcept {
  const std::less<const void*> before;
  return std::ranges::any_of(chunks_, [&](const AlignedBuffer<std::byte>& chunk) {
    return !before(memory, chunk.data()) && before(memory, chunk.data() + chunk.capacity());
  });
}

template <class T>
void Tape<T>::start(const ParameterLayout& layout, const T* values, T* gradients, const TapeOptions& options,
                    const T* transposed) {
  if (layout.total_size() > 0 && values == nullptr)
    throw ConfigError("Tape::start: values is null, but the layout has parameters");
  if (layout.total_size() > 0 && gradients == nullptr && options.gradients)
    throw ConfigError("Tape::start: gradients is null, but options.gradients asks for them");
  layout_ = &layout;
  values_ = values;
  transposed_ = transposed;
  options_ = options;
  random_ = Random(options.seed);
  arena_.rewind();
  in_branch_ = false;  // unless the pass before ended with an exception, it is
  branch_arena_.rewind_and_join();
  branch_free_.clear();
  rules_.clear();
  slots_.start_pass();
  free_.clear();
  parameter_gradients_.clear();
  if (!options.gradients) return;
  T* end = gradients;  // of the parameter before
  for (const ParameterInfo& info : layout.infos()) {
    std::fill(end, gradients + info.offset, T(0));
    end = gradients + info.offset + info.size;
    parameter_gradients_.push_back({gradients + info.offset, static_cast<Index>(info.size), false});
  }
  std::fill(end, gradients + layout.total_size(), T(0));
}

template <class T>
Var<T> Tape<T>::make(Index rows, Index cols) {
  Var<T> var = make_constant(rows, cols);
  if (options_.gradients) var.gradient = new (keep<Gradient<T>>(1)) Gradient<T>();
  return var;
}

template <class T>
Var<T> Tape<T>::make_over(const Var<T>& x) {
  Var<T> var = x;
  var.transposed = nullptr;
  var.gradient = nullptr;
  if (options_.gradients) {
    var.gradient = new (keep<Gradient<T>>(1)) Gradient<T>();
    var.gradient->shares_value = true;
  }
  return var;
}

template <class T>
Var<T> Tape<T>::parameter(ParameterId id) {
  const ParameterInfo& info = (*layout_)[id];
  const auto size = static_cast<Index>(info.size);
  const Index rows = info.shape.size() > 1 ? static_cast<Index>(info.shape.front()) : 1;
  Gradient<T>* gradient =
      options_.gradients ? &parameter_gradients_[static_cast<std::size_t>(id.index)] : nullptr;
  return {const_cast<T*>(values_ + info.offset), gradient, rows, rows == 0 ? 0 : size / rows,
          transposed_ != nullptr && info.shape.size() > 1 ? transposed_ + info.offset : nullptr};
}

// Memory of a gradient that has been read, or of a large value: the smallest that is large enough, but not more than
// twice as large, unless both are so large that it is cut in two. Else new memory. It lives as long as `place`.
template <class T>
typename Tape<T>::Piece Tape<T>::borrow(const Gradient<T>& place, Index size) {
  std::vector<Piece>& free = free_of(&place);
  auto best = free.end();
  for (auto it = free.begin(); it != free.end(); ++it) {
    if (it->capacity < size || (it->capacity / 2 > size && size < kLarge)) continue;
    if (best == free.end() || it->capacity <= best->capacity) best = it;
  }
  if (best == free.end()) {
    Arena& arena = &free == &free_ ? arena_ : branch_arena_;
    return {static_cast<T*>(arena.allocate(static_cast<std::size_t>(size) * sizeof(T))), size};
  }
  Piece memory = *best;
  free.erase(best);
  const Index taken = (size + kAlignedEntries - 1) / kAlignedEntries * kAlignedEntries;
  if (size >= kLarge && memory.capacity - taken >= kLarge) {
    free.push_back({memory.data + taken, memory.capacity - taken});
    memory.capacity = taken;
  }
  return memory;
}

template <class T>
GradientPlace<T> Tape<T>::gradient_to_write(const Var<T>& var) {
  if (var.gradient == nullptr) {
    throw ConfigError(
        options_.gradients
            ? "Tape::gradient: this Var has no gradient, since it was made as a constant; make it with "
              "Tape::make or Tape::parameter"
            : "Tape::gradient: the tape records no gradients; start it with TapeOptions::gradients");
  }
  Gradient<T>& gradient = *var.gradient;
  if (gradient.written) return {gradient.data, Store::kAdd};
  if (gradient.data == nullptr) {
    const auto [data, capacity] = borrow(gradient, var.size());
    gradient.data = data;
    gradient.capacity = capacity;
  }
  gradient.written = true;
  return {gradient.data, Store::kReplace};
}

template <class T>
T* Tape<T>::gradient(const Var<T>& var) {
  const auto [data, store] = gradient_to_write(var);
  if (store == Store::kReplace) std::fill_n(data, var.size(), T(0));
  return data;
}

template <class T>
void Tape<T>::release(T* memory, Index size) {
  if (size >= kLarge) free_of(memory).push_back({memory, size});
}

template <class T>
Random Tape<T>::start_branch(const Random& before) {
  in_branch_ = true;
  return std::exchange(random_, before);
}

template <class T>
void Tape<T>::end_branch(std::size_t first_rule, const Random& after) {
  run_rules(first_rule);
  rules_.resize(first_rule);
  branch_arena_.rewind_and_join();
  branch_free_.clear();
  in_branch_ = false;
  random_ = after;
}

// Those from first_rule on, the last one first. A rule may add rules that it runs itself.
template <class T>
void Tape<T>::run_rules(std::size_t first_rule) {
  for (std::size_t i = rules_.size(); i-- > first_rule;) {
    const Rule rule = rules_[i];
    if (!rule.gradient->written) continue;
    rule.call(rule.closure, rule.gradient->data);
    free_of(rule.gradient->data).push_back({rule.gradient->data, rule.gradient->capacity});
    if (!rule.gradient->shares_value) release(rule.value, rule.size);
    rule.gradient->data = nullptr;
    rule.gradient->written = false;
  }
}

template <class T>
void Tape<T>::backward() {
  run_rules(0);
  for (const Gradient<T>& unused : parameter_gradients_) {
    if (!unused.written) std::fill_n(unused.data, unused.capacity, T(0));
  }
}

template class Tape<float>;
template class Tape<double>;

}  // namespace plstm
