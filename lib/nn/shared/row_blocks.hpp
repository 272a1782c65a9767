#pragma once

#include <algorithm>
#include <cstddef>

#include <plstm/core/parallel.hpp>
#include <plstm/core/scratch.hpp>
#include <plstm/nn/autodiff/tape.hpp>

// Loops over the rows of matrices in parallel. Rows are cut into blocks by their number and width alone, so that bits
// do not depend on the number of threads. A matrix of one block, such as those of a few molecules, stays in the calling
// thread and costs what a plain loop costs.
namespace plstm {

/// Entries of a block: large enough to pay for a task.
constexpr Index kBlockEntries = Index{1} << 18;

/// Rows of a block are a multiple of this. It is what the product takes at a time.
constexpr Index kRowUnit = 512;

/// Rows of a block of which a sum over rows is made by itself.
constexpr Index kSumRows = Index{1} << 13;

/// Calls body(first, count) for blocks that cover the rows 0..rows-1. `cols` entries are written for each.
template <class Body>
void for_row_blocks(Index rows, Index cols, const Body& body) {
  const Index block = kRowUnit * std::max<Index>(1, kBlockEntries / std::max<Index>(1, cols) / kRowUnit);
  if (rows <= block) {
    if (rows > 0) body(Index{0}, rows);
    return;
  }
  parallel_for(static_cast<std::size_t>((rows + block - 1) / block), 1, [&](std::size_t i) {
    const Index first = static_cast<Index>(i) * block;
    body(first, std::min(block, rows - first));
  });
}

/// The same for loops over entries, which know no rows.
template <class Body>
void for_entry_blocks(Index size, const Body& body) {
  for_row_blocks(size, 1, body);
}

/// Memory of sums_of_row_blocks on a tape.
template <class T>
struct RowSums {
  AlignedBuffer<T> sums;
};

/// Sums [size] over rows; valid until the next call on this tape. body(first, count, sums) adds those of a block to its
/// last argument and may write other results of its rows. The blocks are added in order.
template <class T, class Body>
const T* sums_of_row_blocks(Tape<T>& tape, Index rows, Index size, const Body& body) {
  const Index blocks = (rows + kSumRows - 1) / kSumRows;
  T* sums = tape.template workspace<RowSums<T>>().sums.reserve(static_cast<std::size_t>(blocks * size));
  parallel_for(static_cast<std::size_t>(blocks), 1, [&](std::size_t i) {
    const auto block = static_cast<Index>(i);
    T* own = sums + block * size;
    std::fill_n(own, size, T(0));
    body(block * kSumRows, std::min(kSumRows, rows - block * kSumRows), own);
  });
  for (Index block = 1; block < blocks; ++block) {
    for (Index i = 0; i < size; ++i) sums[i] += sums[block * size + i];
  }
  return sums;
}

/// Adds such sums to `to` [size]. The body of a few rows adds to it directly.
template <class T, class Body>
void add_sums_of_rows(Tape<T>& tape, Index rows, Index size, T* to, const Body& body) {
  if (rows <= kSumRows) {
    body(Index{0}, rows, to);
    return;
  }
  const T* sums = sums_of_row_blocks(tape, rows, size, body);
  for (Index i = 0; i < size; ++i) to[i] += sums[i];
}

/// Calls body(begin, end) for ranges that cover `rows` rows which receive sums of `terms` terms. Each call goes through
/// all terms and adds only those of its own rows, so every row gets its terms in the order of the terms. There are as
/// many ranges as threads where there is much to add, and one where there is little.
template <class Body>
void for_owned_rows(Index rows, Index terms, const Body& body) {
  const Index tasks = std::max<Index>(1, std::min<Index>(num_threads(), terms / kBlockEntries));
  parallel_for(static_cast<std::size_t>(tasks), 1, [&](std::size_t i) {
    const auto task = static_cast<Index>(i);
    body(rows * task / tasks, rows * (task + 1) / tasks);
  });
}

}  // namespace plstm
