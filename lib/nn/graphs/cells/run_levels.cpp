#include "plstm/nn/graphs/cells/run_levels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

#include "nn/graphs/cells/level_pass.hpp"
#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

constexpr std::size_t kMostParameters = 16;

// States of runs that are worth a task each.
constexpr Index kManyStates = Index{1} << 14;

template <class T>
void check_run(const LevelRun<T>& run) {
  const auto& [levels, inputs, w, parameters, cell, forward, backward, add_gradients] = run;
  if (inputs.features.value != nullptr)
    check_shape("run_levels", "features", {inputs.features.rows}, {levels->num_nodes()});
  if (inputs.edges.value != nullptr)
    check_shape("run_levels", "edges", {inputs.edges.rows}, {levels->num_edges()});
  if (w.output < 1 || w.output > w.state || w.kept < 0 || w.edge_kept < 0 || w.scratch < 0) {
    throw ConfigError(fmt::format(
        "run_levels: the cell has widths state {}, output {}, kept {}, edge_kept {} and scratch {}; "
        "expected 1 <= output <= state, and the others not negative",
        w.state, w.output, w.kept, w.edge_kept, w.scratch));
  }
  if (parameters.size() > kMostParameters) {
    throw ConfigError(fmt::format("run_levels: the cell has {} parameters, expected at most {}",
                                  parameters.size(), kMostParameters));
  }
}

template <class T>
LevelPass<T> make_pass(Tape<T>& tape, const LevelRun<T>& run, std::size_t i) {
  const Index nodes = run.levels->num_nodes(), edges = run.levels->num_edges();
  LevelPass<T> pass{run, tape.template keep<T>(nodes * run.widths.state), nullptr, nullptr,
                    &tape.template workspace<LevelMemory<T>>().of_run(i)};
  if (tape.records()) {
    pass.kept = tape.template keep<T>(nodes * run.widths.kept);
    pass.edge_kept = tape.template keep<T>(edges * run.widths.edge_kept);
  }
  return pass;
}

// Whether no two runs write to one gradient.
template <class T>
bool write_apart(std::span<const LevelPass<T>> passes) {
  for (std::size_t i = 0; i < passes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const CellInputs<T>&a = passes[i].run.inputs, &b = passes[j].run.inputs;
      for (const Gradient<T>* gradient : {a.features.gradient, a.edges.gradient}) {
        if (gradient != nullptr && (gradient == b.features.gradient || gradient == b.edges.gradient))
          return false;
      }
    }
  }
  return true;
}

// Calls body(i) for all runs, in parallel if they are large.
template <class T, class Body>
void for_runs(std::span<const LevelPass<T>> passes, bool apart, const Body& body) {
  Index states = 0;
  for (const LevelPass<T>& pass : passes) states += pass.run.levels->num_nodes() * pass.run.widths.state;
  if (apart && states >= kManyStates) return parallel_for(passes.size(), 1, body);
  for (std::size_t i = 0; i < passes.size(); ++i) body(i);
}

template <class T>
RowGradients<T> gradient_rows(Tape<T>& tape, const Var<T>& var) {
  if (var.gradient == nullptr) return {};
  const auto [data, store] = tape.gradient_to_write(var);
  return {data, store};
}

// Gradients of the parameters, for all places: block by block, and the blocks added in order.
template <class T>
void add_parameter_gradients(Tape<T>& tape, const LevelPass<T>& pass) {
  const LevelRun<T>& run = pass.run;
  const std::size_t count = run.parameters.size();
  const Index nodes = run.levels->num_nodes();
  if (count == 0 || nodes == 0) return;
  const auto add_rows = [&](Index first, Index rows, std::array<T*, kMostParameters> sums) {
    run.add_gradients(run.cell, rows_of(pass, first, rows), std::span<T* const>(sums.data(), count));
  };
  std::array<T*, kMostParameters> gradients{};
  Index size = 0;
  for (std::size_t p = 0; p < count; ++p) {
    gradients[p] = tape.gradient(run.parameters[p]);
    size += run.parameters[p].size();
  }
  if (nodes <= kSumRows) return add_rows(0, nodes, gradients);
  const auto parts_of = [&](T* sums) {
    std::array<T*, kMostParameters> parts{};
    for (std::size_t p = 0; p < count; sums += run.parameters[p].size(), ++p) parts[p] = sums;
    return parts;
  };
  const T* sums = sums_of_row_blocks(
      tape, nodes, size, [&](Index first, Index rows, T* own) { add_rows(first, rows, parts_of(own)); });
  for (std::size_t p = 0; p < count; sums += run.parameters[p].size(), ++p)
    layer_kernels<T>().add_scaled_rows(run.parameters[p].size(), T(1), sums, gradients[p]);
}

// y columns from `column` on = the results of a run, by node ids.
template <class T>
void put_results(const LevelPass<T>& pass, Index column, const Var<T>& y) {
  const CellWidths& w = pass.run.widths;
  for_row_blocks(y.rows, w.output, [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      const std::int32_t node = pass.run.levels->nodes[static_cast<std::size_t>(i)];
      std::copy_n(pass.states + i * w.state, w.output, y.value + node * y.cols + column);
    }
  });
}

template <class T>
void go_back(Tape<T>& tape, std::span<const LevelPass<T>> passes, const T* dy, Index columns) {
  const bool apart = write_apart(passes);
  // Taken in order, so that the first run that writes to a gradient replaces it.
  LevelGradients<T>* gradients = tape.template keep<LevelGradients<T>>(static_cast<Index>(passes.size()));
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const LevelRun<T>& run = passes[i].run;
    new (gradients + i) LevelGradients<T>{dy, columns, gradient_rows(tape, run.inputs.features),
                                          gradient_rows(tape, run.inputs.edges)};
    dy += run.widths.output;
  }
  for_runs(passes, apart, [&](std::size_t i) { run_backward(passes[i], gradients[i]); });
  for (const LevelPass<T>& pass : passes) add_parameter_gradients(tape, pass);
}

}  // namespace

template <class T>
Var<T> run_levels(Tape<T>& tape, std::span<const LevelRun<T>> runs) {
  if (runs.empty()) throw ConfigError("run_levels: there are no runs");
  Index columns = 0;
  for (const LevelRun<T>& run : runs) {
    check_run(run);
    check_shape("run_levels", "levels of a run", {run.levels->num_nodes()}, {runs[0].levels->num_nodes()});
    columns += run.widths.output;
  }
  const Var<T> y = tape.make(runs[0].levels->num_nodes(), columns);
  LevelPass<T>* kept = tape.template keep<LevelPass<T>>(static_cast<Index>(runs.size()));
  for (std::size_t i = 0; i < runs.size(); ++i) new (kept + i) LevelPass<T>(make_pass(tape, runs[i], i));
  const std::span<const LevelPass<T>> passes(kept, runs.size());
  for_runs(passes, true, [&](std::size_t i) { run_forward(passes[i]); });
  Index column = 0;
  for (const LevelPass<T>& pass : passes) {
    put_results(pass, column, y);
    column += pass.run.widths.output;
  }
  tape.on_backward(y, [=, &tape](const T* dy) { go_back(tape, passes, dy, columns); });
  return y;
}

#define PLSTM_INSTANTIATE(T) template Var<T> run_levels<T>(Tape<T>&, std::span<const LevelRun<T>>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
