#include <algorithm>
#include <cassert>

#include <plstm/nn/tape.hpp>

namespace plstm {

namespace {
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
}

void* Arena::allocate(std::size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  while (chunk_ < chunks_.size() && used_ + bytes > chunks_[chunk_].capacity()) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    chunks_.emplace_back();
    chunks_.back().reserve(std::max(bytes, kChunkBytes));
  }
  std::byte* memory = chunks_[chunk_].data() + used_;
  used_ += bytes;
  return memory;
}

template <class T>
void Tape<T>::start(const ParameterLayout& layout, const T* values, T* gradients,
                    const TapeOptions& options) {
  assert(gradients != nullptr || !options.gradients || layout.total_size() == 0);
  layout_ = &layout;
  values_ = values;
  gradients_ = gradients;
  options_ = options;
  random_ = Random(options.seed);
  arena_.rewind();
  rules_.clear();
}

template <class T>
Var<T> Tape<T>::make(Index rows, Index cols) {
  Var<T> var{keep<T>(rows * cols), nullptr, rows, cols};
  if (options_.gradients) {
    var.gradient = keep<T>(rows * cols);
    std::fill_n(var.gradient, rows * cols, T(0));
  }
  return var;
}

template <class T>
Var<T> Tape<T>::parameter(ParameterId id) {
  const ParameterInfo& info = (*layout_)[id];
  const auto size = static_cast<Index>(info.size);
  const Index rows = info.shape.size() > 1 ? static_cast<Index>(info.shape.front()) : 1;
  return {const_cast<T*>(values_ + info.offset), options_.gradients ? gradients_ + info.offset : nullptr,
          rows, rows == 0 ? 0 : size / rows};
}

template <class T>
void Tape<T>::backward() {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) rule->call(rule->closure);
}

template class Tape<float>;
template class Tape<double>;

}  // namespace plstm
