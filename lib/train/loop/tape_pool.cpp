#include "plstm/train/loop/tape_pool.hpp"

#include <utility>

#include <plstm/nn/graphs/stm_layer.hpp>

namespace plstm {

TapePool::TapePool(Learner learner, StmMemory memory) : learner_(std::move(learner)), memory_(memory) {}

TapeOfThread& TapePool::borrow() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    Forward forward = learner_.make_forward();
    TapeOfThread& made = tapes_.emplace_back();
    made.forward = std::move(forward);
    set_stm_memory(made.tape, memory_);
    return made;
  }
  TapeOfThread* tape = free_.back();
  free_.pop_back();
  return *tape;
}

void TapePool::give_back(TapeOfThread& tape) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&tape);
}

void TapePool::take_all_back() {
  const std::lock_guard lock(mutex_);
  free_.clear();
  for (TapeOfThread& tape : tapes_) free_.push_back(&tape);
}

}  // namespace plstm
