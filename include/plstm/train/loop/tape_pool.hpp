#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/stm/graphs/plan.hpp>
#include <plstm/train/loop/learner.hpp>

namespace plstm {

/// A tape and a forward pass on it, for one thread at a time.
struct TapeOfThread {
  Forward forward;
  Tape<float> tape;
};

/// As many tapes as threads want at once. Training and validation of one learner borrow from the same pool, since their
/// memory is large on a large graph and never needed at once. Thread-safe.
class TapePool {
 public:
  explicit TapePool(Learner learner, StmMemory memory = StmMemory::kAuto);

  /// One that nobody has. It is valid as long as the pool.
  TapeOfThread& borrow();
  void give_back(TapeOfThread& tape);
  /// After a pass that threw, so that its borrowers gave nothing back. Nobody may have one.
  void take_all_back();

 private:
  Learner learner_;
  StmMemory memory_;
  std::mutex mutex_;
  std::deque<TapeOfThread> tapes_;  // a tape cannot be moved
  std::vector<TapeOfThread*> free_;
};

}  // namespace plstm
