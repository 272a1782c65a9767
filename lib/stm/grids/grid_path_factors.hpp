#pragma once

#include "stm/grids/grid_path_walk.hpp"

// Factors of a block's nodes for all orientations at once: the gates of a head's four orientations lie side
// by side, eight of them make four lines.
namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
using Four = typename LanesOf<T, 4>::Type;

// One of the gates, in the order of GridFactor; null where a turn is absent.
template <class X>
struct FourGates {
  X* data[kGridFactors] = {};
  Index row_stride[kGridFactors] = {};
  bool adjacent = true;

  template <class T, class Arrays>
  FourGates(const BlockWalk<T>& w, const Arrays& arrays) {
    for_factors(w, arrays, [&](Index place, const HeadRows<X>& array) {
      data[place] = at(array, 0, w.gate_head);
      row_stride[place] = array.row_stride;
      adjacent = adjacent && array.head_stride == 1;
    });
  }
};

// Calls f(node among the grid's rows, node of the block) for all nodes of the block.
template <class T, class F>
void for_block_nodes(const BlockWalk<T>& w, const F& f) {
  for (Index x = 0; x < w.block.size_x; ++x) {
    const Index first = (w.block.batch * w.in.shape.size_x + w.block.x + x) * w.in.shape.size_y + w.block.y;
    for (Index y = 0; y < w.block.size_y; ++y) f(first + y, x * w.block.size_y + y);
  }
}

template <class T>
void pack_all_factors(const GridInputs<T>& in, const GridPaths<T>* blocks) {
  const BlockWalk<T> w{in, blocks[0]};
  const FourGates<const T> gates(w, in);
  if (in.shape.orientations != 4 || !gates.adjacent) {
    for (Index o = 0; o < in.shape.orientations; ++o) pack_factors(BlockWalk<T>{in, blocks[o]});
    return;
  }
  for_block_nodes(w, [&](Index row, Index n) {
    for (Index half = 0; half < kGridFactors; half += 4) {
      Four<T> lines[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        const T* gate = gates.data[half + i];
        lines[i] = gate == nullptr
                       ? Four<T>{}
                       : *reinterpret_cast<const Four<T>*>(gate + row * gates.row_stride[half + i]);
      }
      transpose_square<1, 4>(lines);
#pragma GCC unroll 4
      for (int o = 0; o < 4; ++o)
        *reinterpret_cast<Four<T>*>(blocks[o].factors + n * kGridFactors + half) = lines[o];
    }
  });
}

template <class T>
void add_all_factors(const GridInputs<T>& in, const GridPaths<T>* blocks, const GridGradients<T>& gradients) {
  const BlockWalk<T> w{in, blocks[0]};
  const FourGates<T> gates(w, gradients);
  if (in.shape.orientations != 4 || !gates.adjacent) {
    for (Index o = 0; o < in.shape.orientations; ++o) add_factors(BlockWalk<T>{in, blocks[o]}, gradients);
    return;
  }
  for_block_nodes(w, [&](Index row, Index n) {
    for (Index half = 0; half < kGridFactors; half += 4) {
      Four<T> lines[4];
#pragma GCC unroll 4
      for (int o = 0; o < 4; ++o)
        lines[o] = *reinterpret_cast<const Four<T>*>(blocks[o].factors + n * kGridFactors + half);
      transpose_square<1, 4>(lines);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        T* gate = gates.data[half + i];
        if (gate != nullptr) *reinterpret_cast<Four<T>*>(gate + row * gates.row_stride[half + i]) += lines[i];
      }
    }
  });
}

}  // namespace

}  // namespace plstm::PLSTM_ISA_NAMESPACE
