#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <plstm/nn/graphs/cells/level_cell.hpp>
#include <plstm/nn/graphs/cells/node_levels.hpp>

namespace plstm {

/// What a cell reads besides states.
template <class T>
struct CellInputs {
  Var<T> features = {};  ///< [N, F], rows of nodes by their ids; may be missing
  Var<T> edges = {};     ///< [E, G], rows of edges by their ids; may be missing
};

/// A cell whose type is forgotten, on the levels that it runs on.
template <class T>
struct LevelRun {
  const NodeLevels* levels = nullptr;  ///< must outlive the pass
  CellInputs<T> inputs = {};
  CellWidths widths = {};
  std::span<const Var<T>> parameters = {};  ///< must outlive the pass
  const void* cell = nullptr;               ///< must outlive the pass
  void (*forward)(const void* cell, const CellBlock<T>& block) = nullptr;
  void (*backward)(const void* cell, const CellGradients<T>& gradients) = nullptr;
  void (*add_gradients)(const void* cell, const CellGradients<T>& gradients,
                        std::span<T* const> sums) = nullptr;
};

/// The cell, copied onto the tape, as a LevelRun.
template <class T, LevelCell<T> Cell>
LevelRun<T> make_level_run(Tape<T>& tape, const NodeLevels& levels, const Cell& cell,
                           const CellInputs<T>& inputs) {
  const Cell* kept = new (tape.template keep<Cell>(1)) Cell(cell);
  const auto parameters = cell.parameters();
  Var<T>* vars = tape.template keep<Var<T>>(static_cast<Index>(parameters.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i) new (vars + i) Var<T>(parameters[i]);
  return {&levels,
          inputs,
          cell.widths(),
          {vars, parameters.size()},
          kept,
          [](const void* c, const CellBlock<T>& b) { static_cast<const Cell*>(c)->forward(b); },
          [](const void* c, const CellGradients<T>& g) { static_cast<const Cell*>(c)->backward(g); },
          [](const void* c, const CellGradients<T>& g, std::span<T* const> sums) {
            static_cast<const Cell*>(c)->add_gradients(g, sums);
          }};
}

/// Runs cells level after level; the results of all of them side by side, [N, sum of the output widths], in the order of
/// the node ids. The runs go side by side too, if that changes no sum.
///
/// Nodes of a level run in parallel, in blocks that depend on the widths alone: bits are the same for every number of
/// threads. A level of few nodes stays in the calling thread. Memory belongs to the tape, so that passes of equal size
/// allocate nothing. Takes N S numbers for the states and, while gradients are recorded, what the cell keeps. Throws
/// ShapeError unless the inputs have a row per node and edge, and ConfigError unless 1 <= output <= state and the other
/// widths are not negative.
template <class T>
Var<T> run_levels(Tape<T>& tape, std::span<const LevelRun<T>> runs);

/// One cell: the first columns of its states, [N, output].
template <class T, LevelCell<T> Cell>
Var<T> run_levels(Tape<T>& tape, const NodeLevels& levels, const Cell& cell, const CellInputs<T>& inputs) {
  const LevelRun<T> run = make_level_run(tape, levels, cell, inputs);
  return run_levels(tape, std::span<const LevelRun<T>>(&run, 1));
}

extern template Var<float> run_levels<float>(Tape<float>&, std::span<const LevelRun<float>>);
extern template Var<double> run_levels<double>(Tape<double>&, std::span<const LevelRun<double>>);

}  // namespace plstm
