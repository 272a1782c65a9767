#pragma once

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// What a long short-term memory carries along; [rows, D] each.
template <class T>
struct LstmState {
  Var<T> hidden;
  Var<T> cell;
};

/// cell' = sigma(f + 1) cell + sigma(i) tanh(g);  hidden' = sigma(o) tanh(cell')   (Hochreiter & Schmidhuber
/// 1997 with the forget gate of Gers et al. 2000, which starts open, Jozefowicz et al. 2015), gates
/// [rows, 4 D] = [i, o, f, g], cell [rows, D]. Throws ShapeError unless the shapes fit.
template <class T>
LstmState<T> lstm_cell(Tape<T>& tape, Var<T> gates, Var<T> cell);

}  // namespace plstm
