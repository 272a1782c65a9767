#pragma once

#include <deque>

#include <plstm/core/scratch.hpp>
#include <plstm/nn/graphs/cells/run_levels.hpp>

namespace plstm {

/// Memory of one run while it goes over the levels. Runs side by side have one each.
template <class T>
struct LevelBuffers {
  AlignedBuffer<T> state_gradients;   // [N, S]
  AlignedBuffer<T> source_gradients;  // [edges into a level, S]
  AlignedBuffer<T> block;             // of blocks in the calling thread
  ScratchPool<T> blocks;              // of blocks in parallel
};

/// On a tape.
template <class T>
struct LevelMemory {
  std::deque<LevelBuffers<T>> runs;  // a deque, as a pool cannot be moved

  LevelBuffers<T>& of_run(std::size_t i) {
    while (runs.size() <= i) runs.emplace_back();
    return runs[i];
  }
};

/// A run with its arrays, from its forward to its backward pass.
template <class T>
struct LevelPass {
  LevelRun<T> run;
  T* states;                ///< [N, S] by place
  T *kept, *edge_kept;      ///< by place; null: not needed after a call
  LevelBuffers<T>* memory;  ///< of this run
};

/// Where the gradient of some rows goes; data is null if nobody needs it.
template <class T>
struct RowGradients {
  T* data = nullptr;
  Store store = Store::kReplace;
};

/// What the backward pass of one run reads and writes.
template <class T>
struct LevelGradients {
  const T* dy;  ///< [N, stride]; its columns belong to the run
  Index stride;
  RowGradients<T> features, edges;
};

/// Fills the states.
template <class T>
void run_forward(const LevelPass<T>& pass);

/// Fills memory->state_gradients and the gradients of the inputs.
template <class T>
void run_backward(const LevelPass<T>& pass, const LevelGradients<T>& gradients);

/// The nodes at `count` places from `first` on, after run_backward().
template <class T>
CellGradients<T> rows_of(const LevelPass<T>& pass, Index first, Index count);

}  // namespace plstm
