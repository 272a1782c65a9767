#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <plstm/core/aligned_memory.hpp>

namespace plstm {

/// Memory of allocate_aligned: aligned to 64 bytes or more, not initialised.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;

  /// Memory for at least `size` elements. The contents are lost when the buffer grows and kept otherwise.
  T* reserve(std::size_t size) {
    if (size > capacity_) {
      data_.reset();
      capacity_ = 0;
      const std::size_t bytes = size * sizeof(T);
      data_ = std::unique_ptr<T[], Free>(static_cast<T*>(allocate_aligned(bytes)), Free{bytes});
      capacity_ = size;
    }
    return data_.get();
  }

  T* data() const noexcept { return data_.get(); }
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  struct Free {
    std::size_t bytes;
    void operator()(T* pointer) const { free_aligned(pointer, bytes); }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t capacity_ = 0;
};

/// Buffers that tasks of a parallel loop borrow and give back, so that running the loop again allocates
/// nothing. Thread-safe. A task may get any buffer, so it must read only what it has written itself.
template <class T>
class ScratchPool {
 public:
  class Loan {
   public:
    Loan(ScratchPool& pool, std::unique_ptr<AlignedBuffer<T>> buffer)
        : pool_(&pool), buffer_(std::move(buffer)) {}
    ~Loan() {
      if (buffer_ != nullptr) pool_->give_back(std::move(buffer_));
    }
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    T* reserve(std::size_t size) { return buffer_->reserve(size); }

   private:
    ScratchPool* pool_;
    std::unique_ptr<AlignedBuffer<T>> buffer_;
  };

  Loan borrow() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return Loan(*this, std::make_unique<AlignedBuffer<T>>());
    auto buffer = std::move(free_.back());
    free_.pop_back();
    return Loan(*this, std::move(buffer));
  }

 private:
  void give_back(std::unique_ptr<AlignedBuffer<T>> buffer) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<AlignedBuffer<T>>> free_;
};

}  // namespace plstm
